import type { Clock } from './clock.ts'
import type { Events } from './events.ts'

/** Takes one line of text. */
export type LogSink = (line: string) => void

/** Writes a line per hit, miss and invalidation, such as `CACHE_HIT path=memory time=0.004ms key=user:1`. */
export function logTo(events: Events, clock: Clock, sink: LogSink): void {
  const line = (name: string, facts: Readonly<Record<string, string | number | undefined>>): void => {
    const text = Object.entries(facts).flatMap(([key, value]) =>
      value === undefined || value === '' ? [] : [`${key}=${quoted(String(value))}`],
    )
    sink(`${new Date(clock.wall()).toISOString()} ${[name, ...text].join(' ')}`)
  }
  const time = (ms: number): string => `${ms.toFixed(3)}ms`
  events.on('hit', ({ key, tier, stale, ms }) =>
    line(stale ? 'CACHE_STALE' : 'CACHE_HIT', { path: tier, time: time(ms), key }),
  )
  events.on('miss', ({ key, ms }) => line('CACHE_MISS', { time: time(ms), key }))
  events.on('invalidate', ({ keys, tags, prefixes, soft, remote, status }) =>
    line(soft ? 'CACHE_EXPIRE' : 'CACHE_INVALIDATE', {
      status,
      path: remote ? 'remote' : 'local',
      key: keys.join(','),
      tag: tags.join(','),
      prefix: prefixes.map(prefix => prefix || '*').join(','),
    }),
  )
}

/** Text that can neither end its field nor steer a terminal. */
function quoted(text: string): string {
  if (!/[\s"\p{Cc}\u2028\u2029]/u.test(text)) return text
  return JSON.stringify(text).replace(
    /[\p{Cc}\u2028\u2029]/gu,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
