import { test } from 'vitest'
import { json, msgpack, raw } from '../../src/index.ts'
import { codecConformance } from '../../src/testing/index.ts'

codecConformance(test, msgpack())
codecConformance(test, json(), { keeps: ['json'] })
codecConformance(test, raw(), { keeps: ['bytes'] })
