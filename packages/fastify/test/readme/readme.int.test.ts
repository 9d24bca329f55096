import { join } from 'node:path'
import { testBindingExamples } from '@tiercache/readme/binding'

testBindingExamples(join(import.meta.dirname, '../..'), { userField: 'authorization' })
