import { undecodable } from './codec.ts'

/** How a body was made, as stored in one byte: codec in bits 0–3, compression in 4 and 5, encryption in 6. */
export interface BodyFlags {
  readonly codec: number
  /** 0 none, 1 zstd, 2 brotli, 3 gzip. */
  readonly compression: number
  readonly encrypted: boolean
}

export function packFlags({ codec, compression, encrypted }: BodyFlags): number {
  return codec | (compression << 4) | (encrypted ? 0x40 : 0)
}

/** Throws `CacheError` `E_CODEC` if the bit that has no meaning yet is set: a later version wrote it. */
export function unpackFlags(flags: number): BodyFlags {
  if ((flags & 0x80) !== 0) throw undecodable('flags of a later version')
  return { codec: flags & 0xf, compression: (flags >> 4) & 3, encrypted: (flags & 0x40) !== 0 }
}
