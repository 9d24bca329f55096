import { CacheError } from '../errors.ts'

/**
 * What a client threw, as an error of ours. Errors of ioredis carry the command they answer, with its arguments: passwords and
 * stored values. Only name, message, code and stack are taken over.
 */
export function redisError(operation: string, thrown: unknown): CacheError {
  if (thrown instanceof CacheError) return thrown
  const cause = new Error(thrown instanceof Error ? thrown.message : 'not an error')
  if (thrown instanceof Error) {
    cause.name = thrown.name
    if (thrown.stack !== undefined) cause.stack = thrown.stack
    if ('code' in thrown) Object.assign(cause, { code: thrown.code })
  }
  return new CacheError('E_REDIS', `Redis failed ${operation}: ${cause.message}`, { cause })
}

const REFUSALS = /^(OOM|READONLY|NOREPLICAS|MISCONF|NOPERM|WRONGTYPE|ERR The user executing the script)/

/** Whether Redis answered that it does not do what was asked: it is there, in time, and others may be answered. */
export function isRefusal(error: unknown): boolean {
  return error instanceof CacheError && error.cause instanceof Error && REFUSALS.test(error.cause.message)
}

/** Whether the server is a replica, which was the primary when it was connected to. */
export function isReplica(error: unknown): boolean {
  return saysFirst(error, 'READONLY')
}

/** Whether a key is of another type than was asked for. It says nothing of Redis. */
export function isWrongType(error: unknown): boolean {
  return saysFirst(error, 'WRONGTYPE')
}

function saysFirst(error: unknown, word: string): boolean {
  return error instanceof CacheError && error.cause instanceof Error && error.cause.message.startsWith(word)
}
