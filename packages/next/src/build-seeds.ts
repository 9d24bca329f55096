import type { IncrementalContext, IncrementalEntry, IncrementalGetContext } from './next-types.ts'

/** What `next build` has rendered. */
export interface Seeds {
  read(cacheKey: string, context: IncrementalGetContext): Promise<IncrementalEntry | null>
}

interface FileCache {
  get(cacheKey: string, context: IncrementalGetContext): Promise<IncrementalEntry | null>
}

const RENDERED = new Set(['APP_PAGE', 'APP_ROUTE', 'PAGES'])

/**
 * Reads what `next build` has rendered, by Next.js's own reader of its files, which writes nothing here and keeps nothing in memory.
 * `undefined` where there is nothing to read; where a version of Next.js has its reader elsewhere, pages are rendered anew instead.
 */
export function buildSeeds(context: IncrementalContext): Seeds | undefined {
  if (context.dev === true || context.fs === undefined || context.serverDistDir === undefined)
    return undefined
  let files: Promise<FileCache | undefined> | undefined
  return {
    async read(cacheKey, get) {
      if (!RENDERED.has(get.kind)) return null
      files ??= openFiles(context)
      return (await (await files)?.get(cacheKey, get)) ?? null
    },
  }
}

async function openFiles(context: IncrementalContext): Promise<FileCache | undefined> {
  const FileSystemCache = await fileSystemCache()
  return (
    FileSystemCache &&
    new FileSystemCache({ ...context, flushToDisk: false, maxMemoryCacheSize: 0, revalidatedTags: [] })
  )
}

async function fileSystemCache(): Promise<(new (context: object) => FileCache) | undefined> {
  try {
    const loaded: unknown = await import('next/dist/server/lib/incremental-cache/file-system-cache.js')
    const found = defaultOf(defaultOf(loaded))
    return typeof found === 'function' ? (found as new (context: object) => FileCache) : undefined
  } catch {
    return undefined
  }
}

function defaultOf(module: unknown): unknown {
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : module
}
