import { undecodable } from './codec.ts'
import type { Encryption } from './encryption.ts'
import { boundFacts, type Sealed } from './envelope.ts'
import type { Protection } from './flags.ts'
import type { Integrity } from './integrity.ts'

/** What keeps bodies from those who can reach Redis, if anything does. */
export interface Protecting {
  readonly encryption: Encryption | undefined
  readonly integrity: Integrity | undefined
  readonly namespace: string
}

/** What a body is bound to, the namespace aside. */
export type Facts = Omit<Sealed, 'body'>

export function protectionOf({ encryption, integrity }: Protecting): Protection {
  return encryption !== undefined ? 'encrypted' : integrity !== undefined ? 'authenticated' : 'none'
}

export function protect(
  { encryption, integrity, namespace }: Protecting,
  facts: Facts,
  body: Buffer,
): Buffer {
  if (encryption !== undefined) return encryption.encrypt(body, boundFacts({ ...facts, namespace }))
  if (integrity !== undefined) return integrity.sign(body, boundFacts({ ...facts, namespace }))
  return body
}

/** The body as it was protected. Throws `CacheError` `E_CODEC` for one that is protected in another way than is asked for here. */
export function unprotect(
  protecting: Protecting,
  protection: Protection,
  keyId: string,
  sealed: Omit<Sealed, 'keyId'>,
): Buffer {
  const expected = protectionOf(protecting)
  if (protection !== expected) {
    throw undecodable(expected === 'none' ? `${protection}, and no keys are given` : `not ${expected}`)
  }
  const { encryption, integrity, namespace } = protecting
  const { body } = sealed
  if (encryption !== undefined) return encryption.decrypt(body, boundFacts({ ...sealed, namespace, keyId }))
  if (integrity !== undefined) return integrity.verify(body, boundFacts({ ...sealed, namespace, keyId }))
  return body
}
