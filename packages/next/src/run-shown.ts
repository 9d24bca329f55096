import type { NextRequest } from 'next/server.js'
import type { ChangeableCookies, NextInternals, UnitStore } from './next-internals.ts'

/**
 * Runs a handler whose `headers()` and `cookies()` show this request, and no other. What it sets by `cookies()` is among the fields of
 * its response, where whoever stores it sees it.
 */
export async function runShown(
  { units, server }: NextInternals,
  { unit, request }: { readonly unit: UnitStore; readonly request: NextRequest },
  handler: () => Response | Promise<Response>,
): Promise<Response> {
  const changes: [name: 'set' | 'delete', args: readonly unknown[]][] = []
  const jar = new server.NextResponse().cookies
  for (const cookie of request.cookies.getAll()) jar.set(cookie)
  const cookies: object = new Proxy(jar, {
    get(target, name) {
      if (name === 'set' || name === 'delete') {
        return (...args: readonly unknown[]): unknown => {
          // Next.js adds them itself where the handler throws its answer, and refuses where it is too late.
          unit.userspaceMutableCookies[name](...args)
          changes.push([name, args])
          changeable(target)[name](...args)
          return cookies
        }
      }
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  const shown = Object.create(unit, {
    headers: { value: request.headers },
    cookies: { value: cookies },
    userspaceMutableCookies: { value: cookies },
  }) as UnitStore
  const response = await units.run(shown, handler)
  if (changes.length === 0) return response
  const changed = new server.NextResponse(response.body, response)
  for (const [name, args] of changes) changeable(changed.cookies)[name](...args)
  return changed
}

function changeable(cookies: object): ChangeableCookies {
  return cookies as ChangeableCookies
}
