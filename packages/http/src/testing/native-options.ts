import type { AdminOptions } from '../endpoints/admin.ts'
import type { InvalidatesOptions } from '../invalidates.ts'
import type { ResponseCacheOptions } from '../options.ts'
import type { TestRequest } from './app.ts'

/** Options of a test as options of a framework: functions among them, which take a request, are given `show(native)`; policies take none. */
export function nativeOptions<Native>(
  options: ResponseCacheOptions<TestRequest>,
  show: (native: Native) => TestRequest,
): ResponseCacheOptions<Native>
export function nativeOptions<Native>(
  options: InvalidatesOptions<TestRequest>,
  show: (native: Native) => TestRequest,
): InvalidatesOptions<Native>
export function nativeOptions<Native>(
  options: AdminOptions<TestRequest>,
  show: (native: Native) => TestRequest,
): AdminOptions<Native>
export function nativeOptions<Native>(options: object, show: (native: Native) => TestRequest): object {
  const wrapped = Object.entries(options).map(([name, value]: [string, unknown]) => {
    if (typeof value !== 'function' || 'policy' in value) return [name, value]
    return [name, (native: Native, ...rest: unknown[]): unknown => (value as Function)(show(native), ...rest)]
  })
  return Object.fromEntries(wrapped) as object
}
