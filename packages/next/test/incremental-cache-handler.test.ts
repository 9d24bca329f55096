import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CacheHandler, IncrementalCache } from 'next/dist/server/lib/incremental-cache/index.js'
import { nodeFs } from 'next/dist/server/lib/node-fs-methods.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIncrementalCacheHandler, type NextCacheOptions } from '../src/index.ts'
import { type Site, site as newSite } from './support/instances.ts'

/* Next.js's own cache over the handler: what it makes of the handler's answers is what counts. */
type Fields = Record<string, unknown>
interface Ask {
  get(key: string, context?: Fields): Promise<Fields | null>
  set(key: string, data: Fields | null, context?: Fields): Promise<void>
  revalidateTag(tags: string | string[], durations?: { expire?: number }): Promise<void>
}

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiercache-next-'))
  for (const build of ['one', 'two']) {
    await mkdir(join(folder, build, 'server/app'), { recursive: true })
    await writeFile(join(folder, build, 'BUILD_ID'), build)
  }
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** What one request to an instance has. */
function request(options: NextCacheOptions, build = 'one'): Ask {
  const cache = new IncrementalCache({
    dev: false,
    fs: nodeFs,
    serverDistDir: join(folder, build, 'server'),
    flushToDisk: true,
    requestHeaders: {},
    previewProps: { previewModeId: '' } as never,
    prerenderManifest: { routes: {}, dynamicRoutes: {}, notFoundRoutes: [] } as never,
    CurCacheHandler: createIncrementalCacheHandler(options) as never,
  })
  const route = { kind: 'APP_PAGE', sourceRoute: '/[id]/page' }
  return {
    get: (key, context) =>
      cache.get(key, { kind: 'APP_PAGE', isFallback: false, route, ...context } as never) as never,
    set: (key, data, context) => cache.set(key, data as never, { route, ...context } as never),
    revalidateTag: (tags, durations) => cache.revalidateTag(tags, durations),
  }
}

function page(html: string, tags = '_N_T_/layout,_N_T_/jobs/page,_N_T_/jobs'): Fields {
  return {
    kind: 'APP_PAGE',
    html,
    rscData: Buffer.from([0, 255, 1]),
    headers: { 'x-next-cache-tags': tags, 'content-type': 'text/html' },
    postponed: undefined,
    status: 200,
    segmentData: new Map([['/_tree', Buffer.from([255, 0])]]),
  }
}

const hour = { cacheControl: { revalidate: 3600, expire: 7200 } }

async function two(): Promise<{ site: Site; a: NextCacheOptions; b: NextCacheOptions }> {
  // Next.js judges times by the real clock.
  const site = newSite(Date.now())
  return { site, a: await site.instance(), b: await site.instance() }
}

test('a handler is what Next.js asks for', () => {
  const Handler: typeof CacheHandler = createIncrementalCacheHandler({
    namespace: 'types',
  }) as typeof CacheHandler
  const handler = new Handler({ revalidatedTags: [], _requestHeaders: {} })
  for (const name of ['get', 'set', 'revalidateTag', 'resetRequestCache'] as const)
    expect(handler[name]).toBeTypeOf('function')
  expect(handler.resetRequestCache()).toBeUndefined()
})

test('what one instance rendered the other serves: pages with buffers and maps, routes, pages of the pages router, redirects', async () => {
  const { a, b } = await two()
  const values: Record<string, Fields | null> = {
    '/page': page('<p>'),
    '/route': { kind: 'APP_ROUTE', body: Buffer.from([0, 255]), status: 201, headers: { 'x-a': 'b' } },
    '/old': { kind: 'PAGES', html: '<p>', pageData: { a: 1 }, headers: {}, status: undefined },
    '/moved': { kind: 'REDIRECT', props: { to: '/page' } },
    '/gone': null,
  }
  for (const [key, value] of Object.entries(values)) {
    const context = value?.['kind'] === 'APP_ROUTE' ? { kind: 'APP_ROUTE' } : {}
    const asking = request(a)
    expect(await asking.get(key, context)).toBeNull()
    await asking.set(key, value, hour)
    const found = await request(b).get(key, context)
    expect(found?.['value']).toEqual(value)
    expect(found).toMatchObject({ isStale: undefined, cacheControl: hour.cacheControl })
  }
})

test('pages of another build are never served; its fetches are', async () => {
  const { a, b } = await two()
  await request(a, 'one').set('/jobs', page('one'), hour)
  expect(await request(b, 'two').get('/jobs')).toBeNull()
  const data = { kind: 'FETCH', data: { headers: {}, body: 'e30=', url: 'http://a' }, revalidate: 60 }
  await request(a, 'one').set('hash', data, { fetchCache: true, tags: ['jobs'] })
  expect(await request(b, 'two').get('hash', { kind: 'FETCH' })).toMatchObject({ value: data })
})

test('revalidateTag without durations: no instance has the page any more', async () => {
  const { site, a, b } = await two()
  await request(a).set('/jobs', page('old'), hour)
  expect(await request(b).get('/jobs')).not.toBeNull()
  await request(a).revalidateTag('_N_T_/jobs')
  await site.clock.advance(1)
  expect([await request(a).get('/jobs'), await request(b).get('/jobs')]).toEqual([null, null])
})

test('revalidateTag with durations: the page is served as stale, while a new one is made', async () => {
  const { site, a, b } = await two()
  await request(a).set('/jobs', page('old'), hour)
  await request(a).set('/static', page('old'), { cacheControl: { revalidate: false, expire: undefined } })
  await request(a).revalidateTag(['_N_T_/layout'], { expire: 60 })
  await site.clock.advance(1)
  for (const key of ['/jobs', '/static'])
    expect(await request(b).get(key)).toMatchObject({ isStale: true, value: { html: 'old' } })
  await site.clock.advance('60s')
  expect([await request(a).get('/jobs'), await request(b).get('/static')]).toEqual([null, null])
})

test('a page whose rendering began before an invalidation is never served, though it was stored after it', async () => {
  const { site, a, b } = await two()
  const rendering = request(a)
  await rendering.get('/jobs')
  await site.clock.advance(5)
  await request(b).revalidateTag('_N_T_/jobs')
  await site.clock.advance(5)
  await rendering.set('/jobs', page('read before the write'), hour)
  expect([await request(a).get('/jobs'), await request(b).get('/jobs')]).toEqual([null, null])
  await site.clock.advance(1)
  const again = request(b)
  await again.get('/jobs')
  await again.set('/jobs', page('new'), hour)
  await site.clock.settle()
  expect(await request(a).get('/jobs')).toMatchObject({ value: { html: 'new' } })
})

test('fetches obey their own tags, those of who reads, and those of the route', async () => {
  const { site, a, b } = await two()
  const data = { kind: 'FETCH', data: { headers: {}, body: 'e30=', url: 'http://a' }, revalidate: 3600 }
  const asked = { kind: 'FETCH', tags: ['jobs'], softTags: ['_N_T_/jobs'] }
  for (const tag of ['jobs', '_N_T_/jobs']) {
    await site.clock.advance(1)
    await request(a).set('hash', data, { fetchCache: true, tags: ['jobs'] })
    expect(await request(b).get('hash', asked)).toMatchObject({ isStale: false })
    await request(a).revalidateTag(tag, { expire: 60 })
    await site.clock.advance(1)
    expect(await request(b).get('hash', asked)).toMatchObject({ isStale: true })
    await request(a).revalidateTag(tag)
    await site.clock.advance(1)
    expect(await request(b).get('hash', asked)).toBeNull()
  }
  await site.clock.advance(1)
  await request(a).set('other', data, { fetchCache: true, tags: [] })
  await site.clock.advance(1)
  await request(b).revalidateTag('late')
  await site.clock.advance(1)
  expect(await request(a).get('other', { kind: 'FETCH', tags: ['late'] })).toBeNull()
})

test('what next build has rendered is served until it is invalidated', async () => {
  const { site, a, b } = await two()
  const { key } = await seedOf('/built')
  const meta = {
    status: 200,
    headers: { 'x-next-cache-tags': '_N_T_/built' },
    cacheControl: hour.cacheControl,
  }
  await mkdir(join(folder, 'one/server', key, '..'), { recursive: true })
  for (const [ending, text] of [
    ['.meta', JSON.stringify(meta)],
    ['.html', 'built'],
    ['.rsc', 'rsc'],
  ] as const)
    await writeFile(join(folder, 'one/server', `${key}${ending}`), text)
  expect(await request(a).get('/built')).toMatchObject({ value: { html: 'built' } })
  await site.clock.advance('1s')
  await request(a).revalidateTag('_N_T_/built')
  await site.clock.advance(1)
  expect([await request(a).get('/built'), await request(b).get('/built')]).toEqual([null, null])
  await request(a).set('/built', page('new', '_N_T_/built'), hour)
  expect(await request(b).get('/built')).toMatchObject({ value: { html: 'new' } })
})

/** The key by which Next.js asks its handler. */
async function seedOf(pathname: string): Promise<{ key: string }> {
  const { getRouteCacheKey } = await import('next/dist/server/lib/route-cache-key.js')
  return { key: getRouteCacheKey(pathname, { kind: 'APP_PAGE', sourceRoute: '/[id]/page' } as never) }
}
