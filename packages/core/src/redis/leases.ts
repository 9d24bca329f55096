import { Gatherer, type Outcome } from '../gatherer.ts'
import type { FillReply, FillRequest, LeaseReply, LeaseRequest } from '../store.ts'
import type { Names } from './names.ts'
import { redisError } from './redis-error.ts'
import type { ScriptName } from './scripts.ts'

export type Argument = string | number | Buffer

/** Runs a script over keys of one partition. */
export type Run = (label: string, script: ScriptName, keys: string[], args: Argument[]) => Promise<unknown>

interface Release {
  readonly id: string
  readonly token: string
}

type Failure = ['E', Buffer]

/** The leases of one partition, and the values that are stored under them: those of one tick in one script each. */
export class Leases {
  readonly #run: Run
  readonly #names: Names
  readonly #leases: Gatherer<LeaseRequest, LeaseReply>
  readonly #fills: Gatherer<FillRequest, FillReply>
  readonly #releases: Gatherer<Release, void>

  constructor(names: Names, run: Run) {
    this.#names = names
    this.#run = run
    this.#leases = new Gatherer(requests => this.#lease(requests))
    this.#fills = new Gatherer(
      requests => this.#fill(requests),
      ({ tail }) => tail.length,
    )
    this.#releases = new Gatherer(requests => this.#release(requests))
  }

  lease(request: LeaseRequest): Promise<LeaseReply> {
    return this.#leases.ask(request)
  }

  fill(request: FillRequest): Promise<FillReply> {
    return this.#fills.ask(request)
  }

  /** Alone: holders renew at times of their own. */
  async renew(id: string, token: string, leaseMs: number): Promise<boolean> {
    const keys = [this.#names.lease + id]
    return (await this.#run('RENEW', 'tiercacheRenew', keys, [token, leaseMs])) === 1
  }

  release(id: string, token: string): Promise<void> {
    return this.#releases.ask({ id, token })
  }

  #lease(requests: readonly LeaseRequest[]): Promise<Outcome<LeaseReply>[]> {
    const { meta, log } = this.#names
    const args: Argument[] = [requests[0]?.epochIfNew ?? '']
    for (const { token, leaseMs, reject, force } of requests)
      args.push(token, leaseMs, reject, force ? '1' : '0')
    return this.#each('LEASE', 'tiercacheLease', [meta, log, ...this.#pairs(requests)], args, leaseReply)
  }

  #fill(requests: readonly FillRequest[]): Promise<Outcome<FillReply>[]> {
    const { meta, channel } = this.#names
    const args: Argument[] = [channel]
    for (const { id, token, epoch, s0, expireMs, tail, slots } of requests)
      args.push(token, epoch, s0, expireMs, tail, id, slots.length, ...slots)
    return this.#each('FILL', 'tiercacheFill', [meta, ...this.#pairs(requests)], args, fillReply)
  }

  #release(requests: readonly Release[]): Promise<Outcome<void>[]> {
    const { lease, channel } = this.#names
    const keys = requests.map(({ id }) => lease + id)
    const args = [channel, ...requests.flatMap(({ id, token }) => [token, id])]
    return this.#each('RELEASE', 'tiercacheRelease', keys, args, () => {})
  }

  #pairs(requests: readonly { readonly id: string }[]): string[] {
    const { value, lease } = this.#names
    return requests.flatMap(({ id }) => [value + id, lease + id])
  }

  async #each<T, R>(
    label: string,
    script: ScriptName,
    keys: string[],
    args: Argument[],
    meaning: (reply: T) => R,
  ): Promise<Outcome<R>[]> {
    const replies = (await this.#run(label, script, keys, args)) as (T | Failure)[]
    return replies.map(reply =>
      isFailure(reply)
        ? { error: redisError(label, new Error(String(reply[1]))) }
        : { value: meaning(reply) },
    )
  }
}

function isFailure(reply: unknown): reply is Failure {
  return Array.isArray(reply) && String(reply[0]) === 'E'
}

function leaseReply([kind, first, second]: [Buffer, Buffer, number]): LeaseReply {
  switch (String(kind)) {
    case 'V':
      return { kind: 'value', bytes: first }
    case 'W':
      return { kind: 'wait', leaseMs: Math.max(1, Number(first)) }
    default:
      return { kind: 'lease', epoch: String(first), s0: Number(second) }
  }
}

function fillReply(reply: number): FillReply {
  return reply === 1 ? 'stored' : reply === 2 ? 'full' : 'refused'
}
