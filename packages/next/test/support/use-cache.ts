import type { TagDurations, UseCacheEntry, UseCacheHandler } from '../../src/index.ts'
import type { Site } from './instances.ts'

/** A result whose making begins now. */
export function made(site: Site, text: string, fields: Partial<UseCacheEntry> = {}): UseCacheEntry {
  const value = new Blob([text]).stream()
  return { value, tags: [], stale: 30, timestamp: site.clock.wall(), expire: 3600, revalidate: 60, ...fields }
}

/** Stores a result, once time has gone on a little, as it does while something is made, until every instance has heard of it. */
export async function store(
  site: Site,
  handler: UseCacheHandler,
  key: string,
  entry: UseCacheEntry,
): Promise<void> {
  await site.clock.advance(1)
  await handler.set(key, Promise.resolve(entry))
  await site.clock.settle()
}

export async function textOf(entry: UseCacheEntry | undefined): Promise<string | undefined> {
  return entry && new Response(entry.value as ReadableStream<Uint8Array<ArrayBuffer>>).text()
}

export async function read(
  handler: UseCacheHandler,
  key: string,
  softTags: string[] = [],
): Promise<string | undefined> {
  return textOf(await handler.get(key, softTags))
}

/** Invalidates, until every instance has heard of it. */
export async function invalidate(
  site: Site,
  handler: UseCacheHandler,
  tags: string[],
  durations?: TagDurations,
): Promise<void> {
  await handler.updateTags(tags, durations)
  await site.clock.advance(1)
}
