export { httpConformance } from './http-conformance.ts'
export { listening } from './listening.ts'
export { nativeOptions } from './native-options.ts'
export type { HttpConformanceOptions, Topic } from './world.ts'
export type {
  StartServer,
  TestApp,
  TestFunction,
  TestReply,
  TestRequest,
  TestRoute,
  TestServer,
} from './app.ts'
