import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { sealTail } from '../../codec/envelope.ts'
import type {
  FillRequest,
  InvalidateRequest,
  LeaseRequest,
  LeaseReply,
  Store,
  StoreListener,
} from '../../store.ts'

/** Any `test` function: of Vitest, of `node:test`, of Jest. */
export type TestFunction = (name: string, run: () => Promise<void>) => unknown

/** How the suite reaches a store and what is behind it. */
export interface StoreHarness {
  /** Another connection to one and the same Redis. */
  open(options: { readonly namespace: string; readonly listener: StoreListener }): Store | Promise<Store>
  /** Lets so many ms pass by the clock of Redis. */
  pass(ms: number): Promise<void>
  /** Deletes all that a namespace has in Redis, as FLUSHALL would. */
  flush(namespace: string): void | Promise<void>
  /** Deletes the logs of a namespace and nothing else, as eviction would. */
  loseLog(namespace: string): void | Promise<void>
  /** Deletes positions and marks of a namespace and nothing else, as eviction would. */
  loseMeta(namespace: string): void | Promise<void>
  /** Leaves Redis without memory for anything new, or gives it back. Left out: what needs it is not tested. */
  full?(full: boolean): void | Promise<void>
}

/** One connection and what it heard. */
interface Instance {
  readonly store: Store
  readonly messages: string[]
}

/** A namespace of its own for one test, with short names for what the tests do. */
class StoreWorld {
  readonly namespace: string = `conformance-${randomBytes(6).toString('hex')}`
  readonly harness: StoreHarness
  readonly #instances: Instance[] = []

  constructor(harness: StoreHarness) {
    this.harness = harness
  }

  /** Opens a connection and waits until it hears messages. */
  async open(namespace: string = this.namespace): Promise<Instance> {
    const messages: string[] = []
    const subscribed = Promise.withResolvers<void>()
    const listener: StoreListener = {
      onMessage: (partition, message) => void messages.push(`${partition} ${message}`),
      onConnection: () => {},
      onSubscribed: () => subscribed.resolve(),
      onBreaker: () => {},
      onError: () => {},
    }
    const store = await this.harness.open({ namespace, listener })
    const instance = { store, messages }
    this.#instances.push(instance)
    await subscribed.promise
    return instance
  }

  /** Waits for something that takes Redis a moment. */
  async until(what: string, reached: () => boolean | Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 500; tries++) {
      if (await reached()) return
      await this.harness.pass(5)
    }
    assert.fail(`never: ${what}`)
  }

  async close(): Promise<void> {
    await this.harness.full?.(false)
    await this.harness.flush(this.namespace)
    await Promise.all(this.#instances.map(({ store }) => store.close()))
  }
}

/** A test with a world of its own. */
export type WorldTest = (name: string, run: (world: StoreWorld) => Promise<void>) => void

export function worldTest(test: TestFunction, harness: StoreHarness): WorldTest {
  return (name, run) => {
    test(name, async () => {
      const world = new StoreWorld(harness)
      try {
        await run(world)
      } finally {
        await world.close()
      }
    })
  }
}

export const EPOCH = 'epoch-01'
const NOTHING: Buffer = Buffer.alloc(0)
/** Longer than any test takes. */
export const LONG_MS = 60_000

export function tailOf(id: string, text: string): Buffer {
  const body = Buffer.from(text)
  return sealTail({ keyId: id, flags: 0, bornMs: 0, ttlMs: 0, graceMs: 0, tags: [], body })
}

export function leaseRequest(id: string, request: Partial<LeaseRequest> = {}): LeaseRequest {
  return {
    id,
    token: 'token',
    leaseMs: LONG_MS,
    epochIfNew: EPOCH,
    reject: NOTHING,
    force: false,
    ...request,
  }
}

export function fillRequest(id: string, request: Partial<FillRequest> = {}): FillRequest {
  const tail = tailOf(id, 'value')
  return { id, token: 'token', epoch: EPOCH, s0: 0, expireMs: LONG_MS, tail, slots: [], ...request }
}

export function invalidateRequest(request: Partial<InvalidateRequest> = {}): InvalidateRequest {
  return {
    keys: [],
    values: undefined,
    number: request.values === undefined ? 0 : 1,
    voidUpTo: 0,
    slots: [],
    soft: false,
    epochIfNew: EPOCH,
    nonce: nonce(),
    origin: 'origin',
    payload: '{}',
    ...request,
  }
}

export function nonce(): string {
  return randomBytes(6).toString('base64url')
}

/** Takes a lease, which must be there to be had. */
export async function take(
  store: Store,
  id: string,
  request: Partial<LeaseRequest> = {},
): Promise<LeaseReply & { kind: 'lease' }> {
  const reply = await store.lease(0, leaseRequest(id, request))
  assert.ok(reply.kind === 'lease', `no lease but ${reply.kind}`)
  return reply
}

/** Leases and fills. */
export async function put(store: Store, id: string, request: Partial<FillRequest> = {}): Promise<Buffer> {
  const { epoch, s0 } = await take(store, id)
  assert.equal(await store.fill(0, fillRequest(id, { epoch, s0, ...request })), 'stored')
  const [bytes] = await store.read(0, [id])
  assert.ok(bytes !== undefined)
  return bytes
}

/** What `readOne` finds. */
export function one(store: Store, id: string): Promise<Buffer | undefined> {
  return new Promise((found, failed) => store.readOne(0, id, { found, failed }))
}

export async function isThere(store: Store, id: string): Promise<boolean> {
  const [bytes] = await store.read(0, [id])
  return bytes !== undefined
}
