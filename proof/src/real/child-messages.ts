import type { Counts, Row, Setting } from './contender.ts'
import type { ReadCall, ReadResult, WriteCall, WriteResult } from './operation.ts'

/** What a process with an instance is told. */
export type ToChild =
  | { readonly type: 'start'; readonly module: string; readonly setting: Setting }
  | { readonly type: 'read'; readonly id: number; readonly call: ReadCall }
  | { readonly type: 'write'; readonly id: number; readonly call: WriteCall }
  | { readonly type: 'loaded'; readonly id: number; readonly row: Row | undefined }
  /** The loader rejects: with an error, or with nothing at all. */
  | { readonly type: 'failed'; readonly id: number; readonly message: string | undefined }
  | { readonly type: 'counts'; readonly id: number }
  /** Its wall clock is off by this from now on. */
  | { readonly type: 'clock'; readonly shiftMs: number }
  /** It does nothing but compute for a while. */
  | { readonly type: 'block'; readonly ms: number }

/** What it says. */
export type FromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'read'; readonly id: number; readonly result: ReadResult }
  | { readonly type: 'written'; readonly id: number; readonly result: WriteResult }
  | { readonly type: 'done'; readonly id: number; readonly at: number }
  | { readonly type: 'load'; readonly id: number; readonly key: string }
  | { readonly type: 'heard'; readonly at: number; readonly names: readonly string[] }
  | { readonly type: 'counts'; readonly id: number; readonly counts: Counts }
  /** The process stood still. */
  | { readonly type: 'stood'; readonly t0: number; readonly t1: number }
  /** Something was thrown that nobody caught. */
  | { readonly type: 'crash'; readonly message: string }
