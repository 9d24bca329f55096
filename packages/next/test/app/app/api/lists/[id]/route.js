import { headers } from 'next/headers'
import { cacheResponse, invalidates } from '../../../../../../src/index.ts'
import { cache } from '../../../../cache.js'

export const GET = cacheResponse(
  cache,
  { ttl: '1h', headers: true, tags: ['lists'] },
  async (request, { params }) => {
    const { id } = await params
    const forwarded = (await headers()).get('x-forwarded-host')
    return Response.json({ id, url: request.url, forwarded, made: crypto.randomUUID() })
  },
)

export const POST = invalidates(cache, { tags: ['lists'] }, async () => new Response(null, { status: 204 }))
