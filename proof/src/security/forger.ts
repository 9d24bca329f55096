import type { Redis } from 'ioredis'

/** Where a partition of a cache stands, which anyone who can read Redis knows. */
interface Position {
  readonly epoch: string
  readonly seq: number
  readonly nonce: string
}

/** Messages that no cache sent. `hot` are keys that its victims hold. */
export interface Forgery {
  readonly name: string
  readonly count: number
  /** Lua that makes the text of message `i`, out of `e`, `s`, `n` and `hot`. */
  readonly text: string
  /** It is a record as the log would have it, so it may also cause what a lost record causes. */
  readonly inOrder?: true
  /** One of those that the short form tries. */
  readonly quick?: true
}

const PAYLOAD = `'{"k":["' .. hot[1 + i % #hot] .. '"],"t":["all"],"v":"forged"}'`

export const FORGERIES: readonly Forgery[] = [
  { name: 'garbage', quick: true, count: 15_000, text: `string.rep(string.char(i % 256), i % 300)` },
  { name: 'fields without meaning', count: 5000, text: `'|' .. i .. '|||' .. string.rep('|', i % 20)` },
  {
    name: 'of another log',
    count: 20_000,
    text: `'00000000|' .. (s + 1) .. '|' .. n .. '|x' .. i .. '|forger|' .. ${PAYLOAD}`,
  },
  {
    name: 'far ahead',
    quick: true,
    count: 15_000,
    text: `e .. '|' .. (9007199254740000 + i % 991) .. '|' .. n .. '|x' .. i .. '|forger|' .. ${PAYLOAD}`,
  },
  {
    name: 'no numbers',
    count: 5000,
    text: `e .. '|' .. ({'-1', '1e999', 'NaN', '0x10', '', '1.5'})[1 + i % 6] .. '|' .. n .. '|x|forger|' .. ${PAYLOAD}`,
  },
  {
    name: 'next, after another than the last',
    quick: true,
    count: 20_000,
    text: `e .. '|' .. (s + 1) .. '|wrong' .. i .. '|x' .. i .. '|forger|' .. ${PAYLOAD}`,
  },
  {
    name: 'long ago',
    count: 5000,
    text: `e .. '|' .. math.max(1, s - i % 50) .. '|' .. n .. '|x' .. i .. '|forger|' .. ${PAYLOAD}`,
  },
  {
    name: 'too long',
    count: 500,
    text: `e .. '|' .. (s + 1) .. '|' .. n .. '|x|forger|' .. string.rep('x', 70000)`,
  },
  {
    name: 'many keys',
    count: 500,
    text: `e .. '|' .. (s + 2) .. '|y|x|forger|{"k":["' .. string.rep('k","', 10000) .. 'k"]}'`,
  },
  { name: 'waking nobody', count: 10_000, text: `'F|nobody' .. i` },
  {
    name: 'prototypes',
    count: 2000,
    text: `e .. '|' .. (s + 2) .. '|y|x|forger|{"__proto__":{"k":["a"]},"k":["__proto__","constructor"],"t":["__proto__"]}'`,
  },
  {
    name: 'in order, one after the other',
    quick: true,
    count: 2000,
    text: `e .. '|' .. (s + i) .. '|' .. (i == 1 and n or 'x' .. (i - 1)) .. '|x' .. i .. '|forger|' .. ${PAYLOAD}`,
    inOrder: true,
  },
]

const AT_ONCE = 1000

/** Publishes a forgery from within Redis: as fast as can be, and without work for this process. */
export async function publish(
  redis: Redis,
  namespace: string,
  forgery: Forgery,
  hot: readonly string[],
): Promise<void> {
  const { epoch, seq, nonce } = await positionOf(redis, namespace)
  const lua = `local e, s, n, hot = ARGV[1], tonumber(ARGV[2]), ARGV[3], cjson.decode(ARGV[6])
    for i = tonumber(ARGV[4]), tonumber(ARGV[5]) do redis.call('PUBLISH', KEYS[1], ${forgery.text}) end`
  for (let from = 1; from <= forgery.count; from += AT_ONCE) {
    const to = Math.min(forgery.count, from + AT_ONCE - 1)
    await redis.eval(lua, 1, `{${namespace}:0}:ch`, epoch, seq, nonce, from, to, JSON.stringify(hot))
  }
}

async function positionOf(redis: Redis, namespace: string): Promise<Position> {
  const [epoch, seq, nonce] = await redis.hmget(`{${namespace}:0}:m`, 'e', 's', 'n')
  return { epoch: epoch ?? '', seq: Number(seq), nonce: nonce ?? '-' }
}
