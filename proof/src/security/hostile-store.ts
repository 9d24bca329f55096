import type { StoreDriver } from '@tiercache/core'

type Store = ReturnType<StoreDriver['openStore']>

/** A store that answers reads with bytes of the caller's, and tells what the cache has thrown away. */
export interface HostileStore extends StoreDriver {
  /** What the next read finds. */
  bytes: Buffer | undefined
  /** The first bytes of what was discarded. */
  readonly discarded: Buffer[]
}

/** In front of another store, which answers as long as there are no bytes. */
export function hostileStore(real: StoreDriver): HostileStore {
  const hostile: HostileStore = {
    bytes: undefined,
    discarded: [],
    openStore(options) {
      const store = real.openStore(options)
      const own: Partial<Store> = {
        readOne(partition, id, taker) {
          const { bytes } = hostile
          if (bytes === undefined) store.readOne(partition, id, taker)
          else process.nextTick(() => taker.found(bytes))
        },
        discard(partition, id, head) {
          hostile.discarded.push(head)
          return hostile.bytes === undefined ? store.discard(partition, id, head) : Promise.resolve()
        },
      }
      return new Proxy(store, {
        get(target, name) {
          const value: unknown = Reflect.get(name in own ? own : target, name)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
  return hostile
}
