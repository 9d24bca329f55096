import { Child, type News } from './child.ts'
import type { Contender, Counts, Hooks, Instance, Setting } from './contender.ts'
import {
  performRead,
  performWrite,
  type ReadCall,
  type ReadResult,
  type WriteCall,
  type WriteResult,
} from './operation.ts'

/** Where an instance runs: in this process, or in one of its own. Calls give `undefined` when the instance died meanwhile. */
export interface Seat {
  readonly index: number
  /** How often it was started again. */
  readonly life: number
  readonly isUp: boolean
  /** The process, if it is one of its own. */
  readonly child: Child | undefined
  read(call: ReadCall): Promise<ReadResult | undefined>
  /** `onDone` hears when everybody is bound by the write. */
  write(call: WriteCall, onDone: (at: number) => void): Promise<WriteResult | undefined>
  counts(): Promise<Counts>
  close(): Promise<void>
}

/** Takes an instance into this process. */
export async function seatHere(contender: Contender, setting: Setting, hooks: Hooks): Promise<Seat> {
  const instance: Instance = await contender.start(setting, hooks)
  return {
    index: setting.instance,
    life: 0,
    isUp: true,
    child: undefined,
    read: call => performRead(instance, call),
    write: (call, onDone) => performWrite(instance, call, onDone),
    counts: async () => (await instance.counts?.()) ?? {},
    close: () => instance.close(),
  }
}

/** Puts an instance into a process of its own. */
export async function seatInChild(
  contender: Contender,
  setting: Setting,
  hooks: (life: number) => Hooks,
  news: News,
): Promise<Seat> {
  const child = new Child(contender, setting, hooks, news)
  await child.start()
  return {
    index: setting.instance,
    get life() {
      return child.life
    },
    get isUp() {
      return child.isUp
    },
    child,
    read: call => child.read(call),
    write: (call, onDone) => child.write(plain(call, contender), onDone),
    counts: () => child.counts(),
    close: () => child.kill(),
  }
}

const NAMED = {
  tag: 'deleteByTag',
  'expire-tag': 'expireByTag',
  prefix: 'deleteByPrefix',
  clear: 'clear',
} as const

/** Without the rows that only a contender without the method needs. */
function plain(call: WriteCall, { supports }: Contender): WriteCall {
  const { how } = call
  return how in NAMED && supports.includes(NAMED[how as keyof typeof NAMED]) ? { ...call, rows: [] } : call
}
