import { httpConformance } from '@tiercache/http/testing'
import { test } from 'vitest'
import { startOn } from './support/start.ts'

httpConformance({ test, start: startOn('express') })
