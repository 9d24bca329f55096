/** What a partition's keys and its channel are called, in Redis. `value` and `lease` go in front of an id, `fence` of
 * an instance's name, `layout` of a layout's. */
export type Names = Record<
  'meta' | 'log' | 'zero' | 'channel' | 'value' | 'lease' | 'fence' | 'layout',
  string
>

/** Where the hash tag of a namespace's partitions begins. */
export function tagStart(namespace: string): string {
  return `{${namespace}:`
}

/** The names of a partition: all in one Cluster slot. */
export function names(namespace: string, partition: number): Names {
  const tag = `${tagStart(namespace)}${partition}}`
  return {
    meta: `${tag}:m`,
    log: `${tag}:l`,
    zero: `${tag}:z`,
    channel: `${tag}:ch`,
    value: `${tag}:v:`,
    lease: `${tag}:L:`,
    fence: `${tag}:F:`,
    layout: `${tag}:d:`,
  }
}
