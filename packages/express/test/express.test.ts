import { httpConformance } from '@tiercache/http/testing'
import { test } from 'vitest'
import { start } from './support/start.ts'

httpConformance({ test, start })
