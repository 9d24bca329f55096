import assert from 'node:assert/strict'
import { cached, counted, numbered, type Worlds } from './world.ts'

const PAYLOAD = 'evil.example'
/** Fields that frameworks, proxies and handlers read and that no key covers, as published for cache poisoning. */
const FIELDS = [
  'accept',
  'accept-charset',
  'accept-language',
  'client-ip',
  'cf-connecting-ip',
  'forwarded',
  'origin',
  'proxy-host',
  'referer',
  'true-client-ip',
  'user-agent',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-path',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-forwarded-scheme',
  'x-forwarded-server',
  'x-host',
  'x-http-method-override',
  'x-original-host',
  'x-original-url',
  'x-real-ip',
  'x-requested-with',
  'x-rewrite-url',
  'x-timer',
  'x-unknown-to-everybody',
]

/** A request must not decide what another client is answered by anything but its key. */
export function poisoningTests({ on }: Worlds): void {
  on(
    'nothing a handler reflects of fields outside the key reaches a second client',
    () => ({
      routes: [
        cached('/reflect', ({ header }) => ({
          body: FIELDS.map(name => `${name}: ${header(name) ?? ''}`).join('\n'),
        })),
        cached('/redirect', ({ header }) => ({
          status: 301,
          headers: {
            location: `${header('x-forwarded-proto') ?? 'http'}://${header('x-forwarded-host') ?? 'home'}/`,
          },
        })),
      ],
    }),
    async ({ get }) => {
      for (const name of FIELDS) {
        const own = await get(`/reflect?${name}`, { headers: { [name]: PAYLOAD } })
        assert.equal(own.headers['x-cache'], 'MISS', name)
        const second = await get(`/reflect?${name}`)
        assert.ok(!second.body.includes(PAYLOAD), name)
        await get(`/redirect?${name}`, { headers: { [name]: PAYLOAD } })
        assert.ok(!String((await get(`/redirect?${name}`)).headers.location).includes(PAYLOAD), name)
      }
    },
  )

  on(
    'with `ttl: headers` none of the fields known from poisoning reaches a second client either',
    () => ({
      routes: [
        cached(
          '/forwarded',
          ({ header }) => ({
            headers: { 'cache-control': 'max-age=60' },
            body: FIELDS.filter(name =>
              /^x-(?:forwarded-[^f]|original|rewrite|host|http)|^forwarded/.test(name),
            )
              .map(name => header(name) ?? '')
              .join(),
          }),
          { ttl: 'headers' },
        ),
      ],
    }),
    async ({ get }) => {
      for (const name of FIELDS) {
        await get(`/forwarded?${name}`, { headers: { [name]: PAYLOAD } })
        assert.ok(!(await get(`/forwarded?${name}`)).body.includes(PAYLOAD), name)
      }
    },
  )

  on(
    'a parameter that `varyQuery` leaves out cannot be smuggled into a response',
    () => ({
      routes: [
        cached(
          '/search',
          ({ url, query }) => ({ body: `${url} ${query('utm_content') ?? ''} ${query('page') ?? ''}` }),
          { varyQuery: ['page'] },
        ),
      ],
    }),
    async ({ get }) => {
      for (const query of [
        `page=1&utm_content=${PAYLOAD}`,
        `utm_content=1;page=1;x=${PAYLOAD}`,
        `page=1&utm_content%00=${PAYLOAD}`,
        `utm_content=${PAYLOAD}&page=1`,
        `page=1&page[]=${PAYLOAD}`,
      ]) {
        await get(`/search?${query}`)
        for (const plain of ['/search?page=1', '/search'])
          assert.ok(!(await get(plain)).body.includes(PAYLOAD), query)
      }
    },
  )

  on(
    'a GET with a body goes past the cache',
    () => ({ routes: [cached('/fat', numbered())] }),
    async ({ get }) => {
      assert.equal((await get('/fat', { body: `q=${PAYLOAD}` })).body, 'call 1')
      assert.equal((await get('/fat')).body, 'call 2')
      assert.equal((await get('/fat', { body: `q=${PAYLOAD}` })).body, 'call 3')
    },
  )

  on(
    'each host has responses of its own, and with `hosts` no others are kept',
    () => ({
      routes: [
        cached('/host', ({ header }) => ({ body: `http://${header('host')}/` })),
        cached('/listed', numbered(), { hosts: ['shop.example'] }),
      ],
    }),
    async ({ get }) => {
      const of = (host: string, path: string) => get(path, { headers: { host } })
      assert.equal((await of(PAYLOAD, '/host')).body, `http://${PAYLOAD}/`)
      assert.equal((await of('shop.example', '/host')).body, 'http://shop.example/')
      assert.equal((await of('shop.example', '/host')).headers['x-cache'], 'HIT')
      await of(PAYLOAD, '/listed')
      assert.equal((await of(PAYLOAD, '/listed')).headers['x-cache'], 'MISS')
      assert.equal(
        (await of('SHOP.example', '/listed'), await of('shop.example', '/listed')).headers['x-cache'],
        'HIT',
      )
    },
  )

  on(
    'a response that varies on what is not declared is not stored, nor one that varies on everything',
    () => ({
      routes: [
        cached(
          '/vary',
          counted(({ query }, call) => ({ headers: { vary: query('on') ?? '' }, body: `call ${call}` })),
          { varyHeaders: ['x-mine'] },
        ),
      ],
    }),
    async ({ get }) => {
      for (const [on, outcome] of [
        ['Origin', 'MISS'],
        ['*', 'MISS'],
        ['X-Mine, Origin', 'MISS'],
        ['X-Mine', 'HIT'],
        ['x-mine,Host', 'HIT'],
      ] as const) {
        await get(`/vary?on=${on}`.replaceAll(' ', ''))
        assert.equal((await get(`/vary?on=${on}`.replaceAll(' ', ''))).headers['x-cache'], outcome, on)
      }
    },
  )

  on(
    'a response has 16 variants at most, and requests for more are answered all the same',
    () => ({
      routes: [
        cached('/many', ({ header }) => ({ headers: { vary: 'x-mine' }, body: header('x-mine') ?? '' }), {
          varyHeaders: ['x-mine'],
        }),
        cached(
          '/many-by-headers',
          ({ header }) => ({
            headers: { vary: 'x-mine', 'cache-control': 'max-age=60' },
            body: header('x-mine') ?? '',
          }),
          {
            ttl: 'headers',
          },
        ),
      ],
    }),
    async ({ get }) => {
      for (const path of ['/many', '/many-by-headers']) {
        for (let i = 0; i < 40; i++)
          assert.equal((await get(path, { headers: { 'x-mine': `v${i}` } })).body, `v${i}`)
        let hits = 0
        for (let i = 0; i < 40; i++) {
          const { body, headers } = await get(path, { headers: { 'x-mine': `v${i}` } })
          assert.equal(body, `v${i}`)
          if (headers['x-cache'] === 'HIT') hits++
        }
        assert.ok(hits >= 16 && hits <= 17, `${path}: ${hits}`)
      }
    },
  )
}
