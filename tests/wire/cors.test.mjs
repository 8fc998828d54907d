// Cross-origin requests: what each origin gets from each configuration, on whatever answer. CORS_ORIGIN is how the application is configured.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ask, build, start, subscribe } from './lib.mjs'

const FRIEND = 'https://friend.example', OTHER = 'http://localhost:5173', EVIL = 'https://evil.example'
const json = { 'content-type': 'application/json' }
const query = (text) => `/graphql?query=${encodeURIComponent(text)}`
const granted = (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')))
const varies = (headers, name) => (headers.vary ?? '').toLowerCase().split(/,\s*/).includes(name.toLowerCase())

// Every kind of answer: [name, request, status].
const answers = [
  ['a query by POST', { method: 'POST', headers: json, body: '{"query":"{ fastField }"}' }, 200],
  ['a query by GET', { path: query('{ fastField }') }, 200],
  ['a syntax error', { method: 'POST', headers: json, body: '{"query":"{"}' }, 200],
  ['a broken body', { method: 'POST', headers: json, body: '{' }, 400],
  ['a mutation by GET', { path: query('mutation { invalidate(keys: []) }') }, 405],
  ['another method', { method: 'PATCH' }, 405],
  ['another content type', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' }, 415],
  ['an Accept that nothing fits', { path: query('{ fastField }'), headers: { accept: 'image/png' } }, 406],
  ['an event stream', { path: query('subscription { countdown(from: 0, interval: 1) }'), headers: { accept: 'text/event-stream' } }, 200],
  ['health', { path: '/graphql/health' }, 200],
  ['readiness', { path: '/graphql/readiness' }, 200],
  ['a route of the application', { path: '/__stats' }, 200],
  ['nothing at this path', { path: '/nowhere' }, 404],
]

// What an origin gets on all of them, by configuration.
const named = (origin) => ({ 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' })
const configurations = [
  { configured: undefined, vary: false, origins: [[undefined, {}], [FRIEND, {}], ['null', {}]] },
  { configured: FRIEND, vary: true,
    origins: [[undefined, {}], [FRIEND, named(FRIEND)], [EVIL, {}], [`${FRIEND}.evil.example`, {}], [`${FRIEND}:444`, {}], ['null', {}]] },
  { configured: `${OTHER},${FRIEND}`, vary: true, origins: [[undefined, {}], [FRIEND, named(FRIEND)], [OTHER, named(OTHER)], [EVIL, {}]] },
  { configured: '*', vary: false,
    origins: [undefined, FRIEND, EVIL, 'null'].map((origin) => [origin, { 'access-control-allow-origin': '*' }]) },
]

for (const { configured, vary, origins } of configurations) {
  describe(`CORS for ${configured ?? 'nobody'}`, () => {
    let server
    before(async () => { server = await start('tests/wire/app', ['--tick-ms', '1'], { CORS_ORIGIN: configured ?? '' }) })
    after(() => server.stop())

    const send = (request, origin) => ask(server, { ...request, headers: { ...request.headers, ...(origin && { origin }) } })

    for (const [name, request, status] of answers) {
      test(`${name}: ${status}`, async () => {
        for (const [origin, expected] of origins) {
          const answer = await send(request, origin)
          // A GET from another site is not served at all, but its page may read that if it is allowed to.
          const forged = origin && !expected['access-control-allow-origin'] && request.path?.startsWith('/graphql?')
          assert.equal(answer.status, forged ? 403 : status, `${origin}`)
          assert.deepEqual(granted(answer.headers), expected, `${origin}`)
          assert.equal(varies(answer.headers, 'Origin'), vary, `${origin}`)
        }
      })
    }

    test('a preflight', async () => {
      const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' }
      for (const [origin, expected] of origins.filter(([origin]) => origin)) {
        const answer = await send({ method: 'OPTIONS', headers: asked }, origin)
        const more = expected['access-control-allow-origin']
          ? { 'access-control-allow-methods': 'GET, POST', 'access-control-allow-headers': asked['access-control-request-headers'] } : {}
        assert.equal(answer.status, 204)
        assert.equal(answer.headers.allow, 'GET, POST')
        assert.deepEqual(granted(answer.headers), { ...expected, ...more }, origin)
        assert.equal(varies(answer.headers, 'Origin'), vary)
        assert.equal(varies(answer.headers, 'Access-Control-Request-Headers'), configured !== undefined)
      }
    })

    test('OPTIONS that is no preflight', async () => {
      for (const [origin, expected] of origins) {
        const answer = await send({ method: 'OPTIONS' }, origin)
        assert.equal(answer.status, 204)
        assert.equal(answer.headers.allow, 'GET, POST')
        assert.deepEqual(granted(answer.headers), expected)
      }
    })

    test('metrics are for no page', async () => {
      for (const [origin] of origins) assert.deepEqual(granted((await send({ path: '/metrics' }, origin)).headers), {})
    })

    test('each header stands there once', async () => {
      const { headers } = await send({ method: 'POST', headers: json, body: '{"query":"{ fastField }"}' }, FRIEND)
      for (const value of Object.values(granted(headers))) assert.doesNotMatch(value, /,/)
    })
  })
}

test('a page of a listed origin reads a stream as it comes', async () => {
  const server = await start('tests/wire/app', [], { CORS_ORIGIN: FRIEND })
  const stream = await subscribe(server, { query: 'subscription { newMessage(roomId: "1") { body } }' }, { origin: FRIEND })
  assert.deepEqual(granted(stream.headers), named(FRIEND))
  await stream.close()
  await server.stop()
})

for (const [origin, problem] of [
  ['https://friend.example/', /"https:\/\/friend\.example\/": an origin has no path/],
  ['friend.example', /"friend\.example": an origin is scheme:\/\/host/],
  ['https://*.example', /no patterns/],
  ['*,https://friend.example', /only entry/],
]) {
  test(`${origin} is refused at the start`, () => {
    const { status, stderr } = spawnSync(path.join(build, 'tests/wire/app'), ['--port', '0'],
      { env: { ...process.env, CORS_ORIGIN: origin }, encoding: 'utf8', timeout: 20000 })
    assert.equal(status, 1)
    assert.match(stderr, problem)
  })
}
