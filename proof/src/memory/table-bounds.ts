import type { Census } from './census.ts'
import type { Check } from './part.ts'

/** A table of core: what it holds, and what keeps it from growing for ever. */
export interface Bound {
  /** The file in core's sources, and the field or variable as declared there. */
  readonly file: string
  readonly field: string
  readonly holds: string
  readonly because: string
  /** Its names in a census, and the entries it may have there when nothing is under way. */
  readonly tables?: readonly (readonly [name: string, limit: number])[]
}

const SLOTS = 65_537
const KEYS = 100_000
const JOURNAL = 100_000
/** Work under way when a census is taken of a cache in use. */
const UNDER_WAY = 2000

/** Every table of core that lives longer than a call. */
export const BOUNDS: readonly Bound[] = [
  {
    file: 'coherence/marks.ts',
    field: '#slots',
    holds: 'positions of the last invalidations of tags and prefixes',
    because: 'names are hashed to 65 536 slots, and one for everything',
    tables: [['Marks.#slots', SLOTS]],
  },
  {
    file: 'coherence/marks.ts',
    field: '#young',
    holds: 'keys invalidated of late',
    because:
      'a generation ends after 30 s or 50 000 keys; those whose calls wait are kept, which the journal bounds',
    tables: [['Marks.#young', KEYS / 2 + JOURNAL]],
  },
  {
    file: 'coherence/marks.ts',
    field: '#old',
    holds: 'the generation before',
    because: 'dropped as a whole when the young one ends',
    tables: [['Marks.#old', KEYS / 2 + JOURNAL]],
  },
  {
    file: 'coherence/journal.ts',
    field: '#hard',
    holds: 'deletions that wait for Redis',
    because: '100 000 names; then one invalidation of everything',
    tables: ['keys', 'tags', 'prefixes'].map(kind => [`Journal.#hard.${kind}`, JOURNAL + 1000]),
  },
  {
    file: 'coherence/journal.ts',
    field: '#soft',
    holds: 'expiries that wait for Redis',
    because: 'counted together with the deletions',
    tables: ['keys', 'tags', 'prefixes'].map(kind => [`Journal.#soft.${kind}`, JOURNAL + 1000]),
  },
  {
    file: 'coherence/ring.ts',
    field: '#targets',
    holds: 'the last invalidations, to say them again after a failover',
    because: '4 000 records and 50 000 names',
    tables: [['Ring.#targets', 4000]],
  },
  {
    file: 'coherence/confirmed.ts',
    field: '#nonces',
    holds: 'confirmed records that no message has told of yet',
    because: 'cut at each message and each SYNC; a SYNC that fails takes trust away, not calls',
    tables: [['Confirmed.#nonces', 1000]],
  },
  {
    file: 'coherence/pulse.ts',
    field: '#recent',
    holds: 'moments of the last SYNCs',
    because: 'those of the last second',
    tables: [['Pulse.#recent', 100]],
  },
  {
    file: 'known-ids.ts',
    field: '#strings',
    holds: 'ids of keys found in memory',
    because:
      'as many as memory has entries, at most 65 536, for each namespace that somebody holds; then it begins anew',
    tables: [['KnownIds.#strings', 65_536]],
  },
  {
    file: 'known-ids.ts',
    field: '#pairs',
    holds: 'the same for pairs',
    because: 'counted together with the strings',
    tables: [['KnownIds.#pairs', 65_536]],
  },
  {
    file: 'past.ts',
    field: '#gone',
    holds: 'what was learnt of values that were invalidated',
    because: 'a constant: of the least recently used first',
    tables: [['Past.#gone', 10_000]],
  },
  {
    file: 'memory/slot-tier.ts',
    field: '#slots',
    holds: 'entries in memory',
    because: '`maxEntries` and `maxBytes`',
    tables: [['SlotTier.#slots', 100_000_000]],
  },
  ...['#ids', '#values', '#free'].map(field => ({
    file: 'memory/slot-tier.ts',
    field,
    holds: 'the slots of these entries',
    because: 'one more than `maxEntries` at most',
    tables: [[`SlotTier.${field}`, 100_000_001]] as const,
  })),
  {
    file: 'trace.ts',
    field: '#numbers',
    holds: 'numbers of the keys in a trace, while it is recorded',
    because: '`maxKeys`; then the recording ends',
    tables: [['Recording.#numbers', 10_000_000]],
  },
  {
    file: 'trace.ts',
    field: '#sizes',
    holds: 'sizes of their values',
    because: 'one per number',
    tables: [['Recording.#sizes', 10_000_000]],
  },
  {
    file: 'memory/advisor/sample.ts',
    field: '#slotOf',
    holds: 'the keys that the advisor looks at, by hash',
    because:
      '4 096 slots; the threshold is lowered, or the key read longest ago leaves, before another comes in',
    tables: [['Sample.#slotOf', 4096]],
  },
  {
    file: 'memory/advisor/miniature.ts',
    field: '#free',
    holds: 'places of a copy that nothing is at',
    because: 'no more than the slots of the sample',
    tables: [['Miniature.#free', 4096]],
  },
  {
    file: 'root.ts',
    field: '#recordings',
    holds: 'traces that are being recorded',
    because: 'one per `recordTrace` that has not ended',
    tables: [['Root.#recordings', 100]],
  },
  {
    file: 'flight.ts',
    field: '#flights',
    holds: 'look-ups and loads under way',
    because: 'one per key that is asked for now; each ends within its deadlines',
    tables: [['Flights.#flights', UNDER_WAY]],
  },
  {
    file: 'within.ts',
    field: '#waiting',
    holds: 'the deadlines of those who wait for a load',
    because: 'one per millisecond in which a deadline ends; gone with the load, which ends within its own',
    tables: [['Shared.#waiting', UNDER_WAY]],
  },
  {
    file: 'loader.ts',
    field: '#loading',
    holds: 'loads under way',
    because: 'given up after three times `timeouts.hard`',
    tables: [['Loader.#loading', UNDER_WAY]],
  },
  {
    file: 'engine.ts',
    field: '#background',
    holds: 'work behind answers',
    because: 'loads, and operations in Redis: each has a deadline',
    tables: [['Engine.#background', UNDER_WAY]],
  },
  {
    file: 'remote.ts',
    field: '#waiters',
    holds: 'who waits for the lease of another',
    because: 'one per load under way; a wait has an end',
    tables: [['Remote.#waiters', 500]],
  },
  {
    file: 'remote.ts',
    field: '#told',
    holds: 'when each kind of trouble was last told of',
    because: 'one per operation and first word of an error',
    tables: [['Remote.#told', 200]],
  },
  {
    file: 'memory/size.ts',
    field: '#seen',
    holds: 'objects looked at in one estimate',
    because: 'lives as long as its call, 2 000 at most',
  },
  {
    file: 'gatherer.ts',
    field: '#waiting',
    holds: 'leases, fills and releases that wait to be sent',
    because: 'they are sent before the tick ends, 128 at a time',
    tables: [['Gatherer.#waiting', 128]],
  },
  {
    file: 'redis/reader.ts',
    field: '#waiting',
    holds: 'reads of this turn of the event loop',
    because: 'sent at 256, or at its end',
    tables: [['Reader.#waiting', 256]],
  },
  {
    file: 'redis/guard.ts',
    field: '#queue',
    holds: 'operations in Redis under a deadline',
    because: 'those of the last `timeouts.redis`',
    tables: [['Guard.#queue', UNDER_WAY]],
  },
  {
    file: 'redis/links.ts',
    field: '#undo',
    holds: 'listeners to take off',
    because: 'a few per connection, made once',
    tables: [['Links.#undo', 64 * 12]],
  },
  {
    file: 'root.ts',
    field: '#counters',
    holds: 'counts by namespace',
    because: '1 000 namespaces; the others share the root’s',
    tables: [['Root.#counters', 1001]],
  },
  {
    file: 'root.ts',
    field: '#policies',
    holds: 'how long values of a namespace live',
    because: '1 000 namespaces; the others follow the nearest of theirs that is known',
    tables: [['Root.#policies', 1000]],
  },
  {
    file: 'events.ts',
    field: '#listeners',
    holds: 'listeners',
    because: 'the application’s own; a set per type of event',
    tables: [['Events.#listeners', 20]],
  },
  {
    file: 'events.ts',
    field: '#channels',
    holds: 'a diagnostics channel per type of event',
    because: 'fixed',
    tables: [['Events.#channels', 20]],
  },
  {
    file: 'rules.ts',
    field: '#rules',
    holds: 'rules by event',
    because: 'the application’s own; gone with the namespace they were given to',
    tables: [['Rules.#rules', 1000]],
  },
  {
    file: 'bulk.ts',
    field: '#expected',
    holds: 'keys of one bulk load',
    because: 'lives as long as its call',
  },
  {
    file: 'bulk.ts',
    field: '#arrived',
    holds: 'values of one bulk load',
    because: 'lives as long as its call',
  },
  {
    file: 'coherence/outbox.ts',
    field: '#hard',
    holds: 'invalidations of this tick',
    because: 'sent at 2 048 characters, or at its end',
  },
  {
    file: 'codec/reader.ts',
    field: 'shapes',
    holds: 'readers of records by their keys',
    because: '256, of at most 16 KB of keys together with the value they stand in',
  },
  {
    file: 'codec/reader.ts',
    field: 'structures',
    holds: 'the records of the value being read',
    because: '64',
  },
  {
    file: 'codec/layouts.ts',
    field: '#known',
    holds: 'layouts that values are read by',
    because: '512, of 4 KB of names at most',
    tables: [['Layouts.#known', 512]],
  },
  {
    file: 'codec/layouts.ts',
    field: '#written',
    holds: 'layouts that values are written by',
    because: '256',
    tables: [['Layouts.#written', 256]],
  },
  {
    file: 'codec/layouts.ts',
    field: '#counts',
    holds: 'names that were met once',
    because: '512, of 4 KB each at most',
    tables: [['Layouts.#counts', 512]],
  },
  {
    file: 'dictionary.ts',
    field: '#kept',
    holds: 'until when Redis has each layout',
    because: 'weak: gone with the layout',
  },
  {
    file: 'dictionary.ts',
    field: '#fetching',
    holds: 'layouts on their way from Redis',
    because: 'one per read under way at most; each ends within its deadline',
    tables: [['Dictionary.#fetching', UNDER_WAY]],
  },
  {
    file: 'dictionary.ts',
    field: '#absent',
    holds: 'layouts that Redis did not have a second ago',
    because: 'emptied at 1 000',
    tables: [['Dictionary.#absent', 1000]],
  },
  {
    file: 'codec/encryption.ts',
    field: 'ring',
    holds: 'keys by id',
    because: 'the application’s own, given once',
  },
  {
    file: 'decorators.ts',
    field: 'wrapped',
    holds: 'wrapped methods by instance',
    because: 'weak: gone with the instance',
  },
]

/** Tables that the runtime and the libraries keep for a cache, found in a census. */
const OTHERS: readonly (readonly [name: string, limit: number])[] = [['Redis.commandQueue', UNDER_WAY]]
/** What a table may have that nobody has said anything about. */
const UNKNOWN = 1000

/** Every table of a census against its bound: one check for those that keep it, one for each that does not. */
export function overLimits(table: Census): Check[] {
  const limits = new Map([...BOUNDS.flatMap(({ tables = [] }) => tables), ...OTHERS])
  const checks = [...table].map(([name, size]): Check => {
    return { what: `table ${name}`, is: size, limit: limits.get(name) ?? UNKNOWN, unit: 'entries' }
  })
  const over = checks.filter(({ is, limit }) => is > limit)
  return [
    ...over,
    { what: `tables beyond their bound, of ${table.size}`, is: over.length, limit: 0, unit: 'entries' },
  ]
}
