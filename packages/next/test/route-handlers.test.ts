import { httpConformance } from '@tiercache/http/testing'
import { test } from 'vitest'
import { start, unseen } from './support/start.ts'

httpConformance({ test, start, skip: unseen })
