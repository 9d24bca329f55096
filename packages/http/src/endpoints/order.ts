/** What an operator wants cleared. */
export interface Order {
  readonly keys: readonly string[]
  readonly tags: readonly string[]
  readonly prefixes: readonly string[]
  readonly namespaces: readonly string[]
  readonly namespace: string | undefined
  readonly all: boolean
  readonly soft: boolean
}

const LISTS = ['keys', 'tags', 'prefixes', 'namespaces'] as const
const NAMES: readonly string[] = [...LISTS, 'namespace', 'all', 'soft']
const MOST = 64

/** The order in a body, as text or parsed; or what is wrong with it. */
export function parseOrder(body: unknown): Order | string {
  let given: unknown = body
  try {
    if (typeof body === 'string' || body instanceof Uint8Array) given = JSON.parse(body.toString())
  } catch {
    return 'the body is no JSON'
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return 'the body is no object'
  const fields = new Map<string, unknown>(Object.entries(given))
  for (const name of fields.keys()) if (!NAMES.includes(name)) return `known are ${NAMES.join(', ')}`
  for (const name of LISTS) {
    const list = fields.get(name) ?? []
    const sound =
      Array.isArray(list) &&
      list.length <= MOST &&
      list.every(item => typeof item === 'string' && item !== '')
    if (!sound) return `${name} must be an array of up to ${MOST} strings that are not empty`
  }
  for (const name of ['all', 'soft']) {
    if (!['boolean', 'undefined'].includes(typeof fields.get(name))) return `${name} must be true or false`
  }
  const namespace = fields.get('namespace')
  if (namespace !== undefined && typeof namespace !== 'string') return 'namespace must be a string'
  const list = (name: string): readonly string[] => (fields.get(name) ?? []) as readonly string[]
  const order: Order = {
    keys: list('keys'),
    tags: list('tags'),
    prefixes: list('prefixes'),
    namespaces: list('namespaces'),
    namespace,
    all: fields.get('all') === true,
    soft: fields.get('soft') === true,
  }
  const nothing = !order.all && LISTS.every(name => order[name].length === 0)
  return nothing ? 'name keys, tags, prefixes, namespaces, or all' : order
}
