/** What was learnt of one key. */
export interface Learnt {
  /** ln λ: the natural logarithm of changes per ms. */
  readonly logChanges: number
  /** Reads within `spanMs`, older ones weighing less. */
  readonly reads: number
  readonly spanMs: number
  /** Loads that taught something of λ, 127 at most. */
  readonly samples: number
}

/** What travels with the value of a key, as `STATE_BYTES` bytes. */
export interface KeyState extends Learnt {
  /** Tells one value from the next; 0: unknown. */
  readonly fingerprint: number
  /** The lifetime was longer than the law's, for the sake of the origin. */
  readonly stretched: boolean
}

/*
 *  0  1 B  version            2  4 B  ln λ, float32      10  4 B  span in ms, float32
 *  1  1 B  samples, stretched 6  4 B  reads, float32     14  4 B  fingerprint
 */
export const STATE_BYTES = 18
export const MOST_SAMPLES = 127
const VERSION = 1
const STRETCHED = 0x80

export function packState(state: KeyState): Uint8Array {
  const bytes = new Uint8Array(STATE_BYTES)
  const view = new DataView(bytes.buffer)
  bytes[0] = VERSION
  bytes[1] = Math.min(state.samples, MOST_SAMPLES) | (state.stretched ? STRETCHED : 0)
  view.setFloat32(2, state.logChanges)
  view.setFloat32(6, state.reads)
  view.setFloat32(10, state.spanMs)
  view.setUint32(14, state.fingerprint)
  return bytes
}

/** `undefined` for bytes that are none of ours, or hold what cannot be. */
export function unpackState(bytes: Uint8Array | undefined): KeyState | undefined {
  if (bytes?.length !== STATE_BYTES || bytes[0] !== VERSION) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, STATE_BYTES)
  const second = view.getUint8(1)
  const state = {
    logChanges: view.getFloat32(2),
    reads: view.getFloat32(6),
    spanMs: view.getFloat32(10),
    samples: second & MOST_SAMPLES,
    fingerprint: view.getUint32(14),
    stretched: second >= STRETCHED,
  }
  const { logChanges, reads, spanMs } = state
  return Number.isFinite(logChanges) && reads > 0 && reads < Infinity && spanMs > 0 && spanMs < Infinity
    ? state
    : undefined
}
