import { randomBytes } from 'node:crypto'
import { Cache } from './cache.ts'
import { CacheMemory } from './cache-memory.ts'
import type { Clock } from './clock.ts'
import { parseMessage } from './coherence/message.ts'
import { Partition, type PartitionListener } from './coherence/partition.ts'
import { soloLog } from './coherence/solo.ts'
import { Engine } from './engine.ts'
import { Events } from './events.ts'
import { Local } from './local.ts'
import { logTo } from './log.ts'
import { createAdvisor } from './memory/advisor/create-advisor.ts'
import { createTier } from './memory/create-tier.ts'
import { hashUnder, quickHash } from './memory/hash.ts'
import { type MemoryTier, NO_MEMORY } from './memory/tier.ts'
import { type CacheOptions, isDriver, resolveOptions, type Settings } from './options.ts'
import { RedisStore } from './redis/store.ts'
import { Remote } from './remote.ts'
import { Resizer, usedHeapShare } from './resizer.ts'
import { Root } from './root.ts'
import type { Store, StoreListener } from './store.ts'
import { tokens } from './token.ts'
import { within } from './within.ts'
import { Writer } from './writer.ts'

/** How long the keys of past invalidations are remembered: longer than anything older can still be on its way. */
const KEEP_KEYS_MS = 30_000
const MAX_HEARTBEAT_MS = 500
/** The pause between two tries to follow a log at the beginning. */
const RETRY_MS = 50

/** Makes a cache. Throws `CacheError` at once for an option that cannot be; a Redis that is away is no error. */
export function createCache(options: CacheOptions = {}): Cache {
  const settings = resolveOptions(options)
  const { clock, random, maxStalenessMs, codec } = settings
  const events = new Events()
  if (settings.log !== undefined) logTo(events, clock, settings.log)
  const memory = createMemory(settings, events)
  const advisor = settings.memory?.advise
    ? createAdvisor({
        eviction: settings.memory.eviction,
        limits: settings.memory,
        range: settings.memory.resize,
        hash: quickHash(randomBytes(4).readInt32LE()),
        reads: () => root.reads,
        now: clock.now(),
      })
    : undefined
  const token = tokens()

  const { listener, follow, connected } = wire(events)
  const store = openStore(settings, listener)
  const remote = store && new Remote(store, codec, clock, events, token)
  const heartbeatMs = store && Math.min(MAX_HEARTBEAT_MS, Math.ceil(maxStalenessMs / 4))
  const origin = token()
  const partitionListener: PartitionListener = {
    onKeys(ids, seq, soft, own) {
      for (const id of ids) {
        local.drop(id, seq, soft)
        // This instance detached its flights when it called; those since began after the call.
        if (!own || seq === Number.POSITIVE_INFINITY) engine.flights.detach(id, seq)
        remote?.wake(id)
      }
    },
    onReset(partition) {
      local.reset(partition)
      remote?.doubt()
      engine.flights.detachAll(partition)
    },
    onRemote(targets) {
      root.received++
      if (events.wants('invalidate'))
        events.emit('invalidate', { ...targets, remote: true, status: 'committed', ms: 0 })
    },
    onTrust: (coherent, reason) =>
      events.emit('coherence', {
        state: coherent ? 'coherent' : 'degraded',
        ...(reason !== '' && { reason }),
      }),
    onReplayed: count => events.emit('replayed', { count }),
    onError: (operation, error) => events.emit('error', { operation, error }),
  }
  const partitions = Array.from(
    { length: store?.partitions ?? 1 },
    (_, index) =>
      new Partition({
        index,
        store: store ?? soloLog(),
        clock,
        random: token,
        origin,
        listener: partitionListener,
        maxStalenessMs,
        heartbeatMs,
        keepMs: KEEP_KEYS_MS,
      }),
  )
  const local = new Local(memory, partitions, clock, maxStalenessMs, advisor)
  const engine = new Engine({ local, remote, events, clock, random })
  follow(partitions, remote)
  for (const partition of partitions) void partition.start()
  const ready =
    store === undefined ? Promise.resolve() : whenReady(partitions, connected, settings.connectMs, clock)
  const resizer =
    advisor &&
    settings.memory?.resize &&
    new Resizer(settings.memory.resize, {
      memory,
      advise: () => advisor.advise(memory, clock.now()),
      clock,
      events,
      heapShare: usedHeapShare,
    })
  const control = new CacheMemory(memory, advisor, resizer, clock)
  const root = new Root(engine, new Writer(engine), control, store, ready, settings.policies)
  return new Cache(root, '', '', settings.policies)
}

/** The store speaks before the partitions exist: what it says reaches them from `follow` on. */
function wire(events: Events): {
  listener: StoreListener
  follow: (partitions: readonly Partition[], remote: Remote | undefined) => void
  connected: Promise<boolean>
} {
  let partitions: readonly Partition[] = []
  let remote: Remote | undefined
  const known = Promise.withResolvers<boolean>()
  const listener: StoreListener = {
    onMessage(index, text) {
      const message = parseMessage(text)
      if (message?.type === 'wake') remote?.wake(message.id)
      else if (message !== undefined) partitions[index]?.receive(message)
    },
    onConnection(up) {
      known.resolve(up)
      events.emit('connection', { up })
      if (up) for (const partition of partitions) partition.syncSoon()
    },
    onSubscribed() {
      for (const partition of partitions) partition.syncSoon()
    },
    onBreaker: state => events.emit('breaker', { state }),
    onError: error => events.emit('error', { operation: 'connection', error }),
  }
  const follow = (all: readonly Partition[], tier: Remote | undefined): void => {
    partitions = all
    remote = tier
  }
  return { listener, follow, connected: known.promise }
}

function openStore(settings: Settings, listener: StoreListener): Store | undefined {
  const { target } = settings
  if (target === undefined) return undefined
  if (isDriver(target)) return target.openStore({ ...settings, listener })
  return new RedisStore({ ...settings, target, listener, partitions: undefined })
}

function createMemory({ memory }: Settings, events: Events): MemoryTier {
  if (memory === undefined) return NO_MEMORY
  const secret = randomBytes(8)
  return createTier(memory.eviction, hashUnder(secret.readInt32LE(0), secret.readInt32LE(4)), {
    ...memory,
    onEvict: key => {
      if (events.wants('evict')) events.emit('evict', { key })
    },
  })
}

/** Resolves when every log is followed; or when it is known that it cannot be, or not in `connectMs`. */
async function whenReady(
  partitions: readonly Partition[],
  connected: Promise<boolean>,
  connectMs: number,
  clock: Clock,
): Promise<void> {
  const end = clock.now() + connectMs
  const up = await within(connected, connectMs, clock, false)
  const behind = (): readonly Partition[] => partitions.filter(partition => !partition.trusts(clock.now()))
  for (;;) {
    await Promise.all(behind().map(partition => partition.sync()))
    if (!up || behind().length === 0 || clock.now() >= end) return
    await new Promise<void>(resolve => clock.after(RETRY_MS, resolve))
  }
}
