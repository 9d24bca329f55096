import { test } from 'vitest'
import { httpConformance } from '../src/testing/index.ts'
import { nodeHandler, startPlain } from './support/plain.ts'

httpConformance({ test, start: app => startPlain(app, nodeHandler) })
