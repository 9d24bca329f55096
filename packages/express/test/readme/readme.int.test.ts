import { join } from 'node:path'
import { exceptSlowRedis } from '@tiercache/readme'
import { testBindingExamples } from '@tiercache/readme/binding'

testBindingExamples(join(import.meta.dirname, '../..'), {
  userField: 'authorization',
  complaints: exceptSlowRedis,
})
