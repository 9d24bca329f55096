import type { Cache } from '@tiercache/core'
import type { Capture, HeadStep } from './capture.ts'
import { fieldOf, type HeaderMap } from './headers.ts'
import type { RequestView } from './request-view.ts'
import { originOf, urlTag } from './response-key.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY'])

/**
 * After an unsafe request that did not fail, what is stored for its URL, and for those of its origin that its response names, is
 * forgotten (RFC 9111 §4.4). `undefined` for a safe request.
 */
export function forgetting(cache: Cache, view: RequestView<unknown>): Capture | undefined {
  if (SAFE.has(view.method)) return undefined
  const origin = originOf(view.scheme, view.host)
  const forget = async (status: number, headers: HeaderMap): Promise<void> => {
    if (status < 200 || status >= 400) return
    const urls = [view.url, fieldOf(headers, 'location'), fieldOf(headers, 'content-location')]
    const paths = new Set(urls.flatMap(url => pathOf(url, origin) ?? []))
    await cache
      .deleteByTag([...paths].map(path => urlTag(cache.name, origin, path)))
      .catch((error: unknown) => {
        process.emitWarning(
          `The responses of ${view.url} were not forgotten: ${String(error)}`,
          'TiercacheWarning',
        )
      })
  }
  let forgotten: Promise<void> | undefined
  const head = (status: number, headers: HeaderMap): HeadStep => {
    forgotten ??= forget(status, headers)
    return { kind: 'send', fields: [] }
  }
  return {
    head,
    chunk: () => {},
    end: () => forgotten,
    whole: (status, headers) => ({ ...head(status, headers), kind: 'send', fields: [], wait: forgotten }),
    abort: () => {},
  }
}

function pathOf(url: string | undefined, origin: string): string | undefined {
  const parsed = url === undefined ? null : URL.parse(url, origin)
  return parsed?.origin === new URL(origin).origin ? parsed.pathname : undefined
}
