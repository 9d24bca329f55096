import { nameOf, peers } from '../subjects/peers.ts'
import type { Peer } from '../subjects/subject.ts'

/** What one round measured, by name. */
export type Figures = Readonly<Record<string, number>>

/** Where a contender runs. */
export interface Environment {
  readonly redisUrl: string
}

/** Does one task and says what it measured. Throws when what it asked for was not there: nothing is not fast. */
export type Run<Task, Answer> = (task: Task) => Answer | Promise<Answer>

/** Gets a contender ready, in a process of its own. */
export type Prepare<Task, Answer> = (
  environment: Environment,
) => Run<Task, Answer> | Promise<Run<Task, Answer>>

/** What is measured, and what it is. */
export interface Contender<Task = never, Answer = unknown> {
  readonly kind: 'floor' | 'ours' | 'peer'
  /** A peer's name on the command line. */
  readonly id?: string
  /** A peer's name. */
  readonly peer?: string
  /** How it is set up, where that is not its default. */
  readonly setting?: string
  /** What the setting gives up. */
  readonly givesUp?: string
  readonly prepare: Prepare<Task, Answer>
}

/** What a module of contenders exports as `contenders`: each by the name it has in tables. */
export type Contenders<Task = never, Answer = unknown> = Readonly<Record<string, Contender<Task, Answer>>>

/** What a cache stands on, or the code without one. */
export function floor<Task, Answer>(prepare: Prepare<Task, Answer>): Contender<Task, Answer> {
  return { kind: 'floor', prepare }
}

/** tiercache. */
export function ours<Task, Answer>(
  prepare: Prepare<Task, Answer>,
  about: { readonly setting?: string; readonly givesUp?: string } = {},
): Contender<Task, Answer> {
  return { kind: 'ours', ...about, prepare }
}

/** Those of the other caches, in those of their settings, that `has` chooses. */
export function others<Task, Answer>(
  has: (peer: Peer) => boolean,
  prepare: (peer: Peer) => Prepare<Task, Answer>,
): Contenders<Task, Answer> {
  return Object.fromEntries(peers.filter(has).map(peer => [nameOf(peer), other(peer, prepare(peer))]))
}

/** Another cache in one setting. */
export function other<Task, Answer>(peer: Peer, prepare: Prepare<Task, Answer>): Contender<Task, Answer> {
  const { id, title, setting, givesUp } = peer
  return {
    kind: 'peer',
    id,
    peer: title,
    ...(setting !== undefined && { setting }),
    ...(givesUp !== undefined && { givesUp }),
    prepare,
  }
}

/** Without the peers that were not asked for. */
export function chosen<C extends Contenders>(contenders: C, peerIds: readonly string[]): C {
  return Object.fromEntries(
    Object.entries(contenders).filter(([, { id }]) => id === undefined || peerIds.includes(id)),
  ) as C
}
