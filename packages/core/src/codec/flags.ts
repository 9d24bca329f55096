import { undecodable } from './codec.ts'

/** What protects a body: nothing, its checksum aside; a tag over it; encryption. */
export type Protection = 'none' | 'authenticated' | 'encrypted'

/** How a body was made, as stored in one byte: codec in bits 0–3, compression in 4 and 5, protection in 6 and 7. */
export interface BodyFlags {
  readonly codec: number
  /** 0 none, 1 zstd, 2 brotli, 3 gzip. */
  readonly compression: number
  readonly protection: Protection
}

const PROTECTIONS: readonly Protection[] = ['none', 'encrypted', 'authenticated'] // by their number

export function packFlags({ codec, compression, protection }: BodyFlags): number {
  return codec | (compression << 4) | (PROTECTIONS.indexOf(protection) << 6)
}

/** Throws `CacheError` `E_CODEC` for a protection that has no meaning yet: a later version wrote it. */
export function unpackFlags(flags: number): BodyFlags {
  const protection = PROTECTIONS[flags >> 6]
  if (protection === undefined) throw undecodable('flags of a later version')
  return { codec: flags & 0xf, compression: (flags >> 4) & 3, protection }
}
