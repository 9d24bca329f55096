export { compilerSays } from './compiler.ts'
export { type ExampleFiles, examplesIn, writeExamples } from './examples.ts'
export { exceptSlowRedis, LEAVE, runToEnd, whileRunning } from './run.ts'
