import { unpackedBinary } from './debian.ts'
import { runs } from './run.ts'

/**
 * A server binary that runs: `REDIS_SERVER_BIN`, then `redis-server` and `valkey-server` on the PATH, then the one
 * unpacked in the project's own folder by an earlier `findRedis()`. Throws when `REDIS_SERVER_BIN` names one that
 * does not run, rather than quietly taking another.
 */
export async function findBinary(): Promise<string | undefined> {
  const named = process.env['REDIS_SERVER_BIN']
  if (named) {
    if (await runs(named, ['--version'])) return named
    throw new Error(
      `REDIS_SERVER_BIN=${named} does not run. Set it to a redis-server or valkey-server, or unset it.`,
    )
  }
  for (const bin of ['redis-server', 'valkey-server', unpackedBinary()]) {
    if (await runs(bin, ['--version'])) return bin
  }
  return undefined
}
