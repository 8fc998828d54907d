// Every guard × every kind of operation × every kind of token: exactly what each client reads.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { post, start, stats, subscribe, until, workers } from './lib.mjs'
import { assemble, bearer, hs256, now, pair, provider } from './tokens.mjs'

const SECRET = 'only for this test, and long enough'
const AUDIENCE = 'wire'
let server
before(async () => { server = await start('tests/wire/app', ['--guards'], { JWT_SECRET: SECRET, JWT_AUDIENCE: AUDIENCE, JWT_ISSUER: 'tests' }) })
after(() => server.stop())

// ---- the three dimensions ----

const GOOD = { aud: AUDIENCE, iss: 'tests' }
const sign = (claims) => hs256({ ...GOOD, ...claims }, SECRET)
const ANN = { sub: 'ann', roles: ['user'] }

// Who each token makes of its bearer: nobody, or someone in no team, of a team, with a role.
const TOKENS = {
  'no token': { text: () => '', who: 'nobody' },
  good: { text: () => sign(ANN), who: 'user' },
  'good, of the right role': { text: () => sign({ sub: 'ann', roles: ['x', 'admin'] }), who: 'admin' },
  'good, of the right role by the application': { text: () => sign({ sub: 'root' }), who: 'admin' },
  'good, of the right team': { text: () => sign({ sub: 'blue-bob', roles: 'user' }), who: 'team' },
  'wrong role': { text: () => sign({ sub: 'ann', roles: ['Admin', 'administrator'] }), who: 'user' },
  expired: { text: () => sign({ ...ANN, exp: now() - 1 }), who: 'nobody' },
  'not yet valid': { text: () => sign({ ...ANN, nbf: now() + 600 }), who: 'nobody' },
  'wrong audience': { text: () => sign({ ...ANN, aud: 'other' }), who: 'nobody' },
  'wrong issuer': { text: () => sign({ ...ANN, iss: 'other' }), who: 'nobody' },
  'bad signature': { text: () => hs256({ ...GOOD, ...ANN }, `${SECRET}x`), who: 'nobody' },
  'alg none': { text: () => assemble({ alg: 'none' }, { ...GOOD, ...ANN }, ''), who: 'nobody' },
  'alg none, with a signature': { text: () => assemble({ alg: 'none' }, { ...GOOD, ...ANN }, 'AAAA'), who: 'nobody' },
  'a user that is gone': { text: () => sign({ sub: 'gone', roles: ['admin'] }), who: 'nobody' },
}

const UNAUTHENTICATED = { message: "You don't have permission to do that.", code: 'UNAUTHENTICATED' }
const FORBIDDEN = { message: "You don't have access to do that.", code: 'FORBIDDEN' }
const NOT_IN_TEAM = { message: 'This is for team blue.', code: 'NOT_IN_TEAM' }

// What each guard says to whom; null: come in.
const GUARDS = {
  skipAuth: { suffix: 'Open', nobody: null, user: null, admin: null, team: null },
  requireAuth: { suffix: 'User', nobody: UNAUTHENTICATED, user: null, admin: null, team: null },
  'requireAuth(roles)': { suffix: 'Admin', nobody: UNAUTHENTICATED, user: FORBIDDEN, admin: null, team: FORBIDDEN },
  'a validator': { suffix: 'Team', nobody: NOT_IN_TEAM, user: NOT_IN_TEAM, admin: NOT_IN_TEAM, team: null },
}

const errorAt = ({ message, code }, field, column) => ({ message, locations: [{ line: 1, column }], path: [field], extensions: { code } })
const publish = (payload) => post(server.url, { query: 'mutation ($p: JSON) { publish(topic: "guarded", payload: $p) }', variables: { p: payload } })
const invalidate = (key) => post(server.url, { query: 'mutation ($k: [String!]!) { invalidate(keys: $k) }', variables: { k: [key] } })

// ---- one operation of each kind, and what comes of it ----

const KINDS = {
  query: async (suffix, headers, refusal) => {
    const field = `guard${suffix}`
    const { status, json } = await post(server.url, { query: `{ ${field} }` }, headers)
    assert.equal(status, 200)
    assert.deepEqual(json, refusal ? { errors: [errorAt(refusal, field, 3)], data: { [field]: null } } : { data: { [field]: 'passed' } })
  },
  mutation: async (suffix, headers, refusal) => {
    const field = `do${suffix}`
    const { status, json } = await post(server.url, { query: `mutation { ${field} }` }, headers)
    assert.equal(status, 200)
    assert.deepEqual(json, refusal ? { errors: [errorAt(refusal, field, 12)], data: { [field]: null } } : { data: { [field]: 'passed' } })
  },
  subscription: async (suffix, headers, refusal) => {
    const field = `on${suffix}`
    const stream = await subscribe(server, { query: `subscription { ${field} }` }, headers)
    assert.equal(stream.status, 200)
    if (refusal) {
      assert.deepEqual(await stream.next(), { event: 'next', data: { errors: [errorAt(refusal, field, 16)] } })
      assert.equal((await stream.next()).event, 'complete')
    } else {
      await publish('hello')
      assert.deepEqual((await stream.next()).data, { data: { [field]: 'hello' } })
    }
    await stream.close()
  },
  'live query': async (suffix, headers, refusal) => {
    const field = `guard${suffix}`
    const stream = await subscribe(server, { query: `query @live { ${field} }` }, headers)
    const expected = refusal
      ? { errors: [errorAt(refusal, field, 15)], data: { [field]: null }, isLive: true }
      : { data: { [field]: 'passed' }, isLive: true }
    assert.deepEqual((await stream.next()).data, expected)
    // And it is asked again in the next run, with the same outcome: nothing more is sent.
    const { liveEqual } = await stats(server)
    await invalidate(`Query.${field}`)
    await until(async () => (await stats(server)).liveEqual > liveEqual, 'another run')
    assert.equal(stream.received(), 0)
    await stream.close()
  },
}

for (const [guard, { suffix, ...says }] of Object.entries(GUARDS)) {
  for (const [kind, expect] of Object.entries(KINDS)) {
    describe(`@${guard}, ${kind}`, () => {
      for (const [token, { text, who }] of Object.entries(TOKENS)) test(token, () => expect(suffix, bearer(text()), says[who]))
    })
  }
}

test('a transformer changes what those read who may', async () => {
  assert.equal((await post(server.url, { query: '{ guardMasked }' }, bearer(sign(ANN)))).json.data.guardMasked, 'pa****')
  assert.deepEqual((await post(server.url, { query: '{ guardMasked }' })).json, { errors: [errorAt(UNAUTHENTICATED, 'guardMasked', 3)], data: { guardMasked: null } })
})

// ---- streams that end ----

const EXPIRED = { errors: [{ message: 'The token has expired.', extensions: { code: 'UNAUTHENTICATED' } }] }
const REVOKED = { errors: [{ message: 'Your access has been revoked.', extensions: { code: 'UNAUTHENTICATED' } }] }
const revoke = async (user) => assert.equal((await post(server.url, { query: 'mutation ($u: String!) { revoke(user: $u) }', variables: { u: user } })).json.data.revoke, true)

// Streams of each guard that let such a user in, live ones with their first result read.
async function openAll(user, more = {}) {
  const streams = []
  for (const suffix of ['Open', 'User', 'Admin', 'Team']) {
    const headers = bearer(sign({ sub: user, roles: ['admin'], ...more }))
    streams.push(await subscribe(server, { query: `subscription { on${suffix} }` }, headers))
    const live = await subscribe(server, { query: `query @live { guard${suffix} }` }, headers)
    assert.equal((await live.next()).data.data[`guard${suffix}`], 'passed')
    streams.push(live)
  }
  return streams
}

async function expectEnd(stream, last) {
  assert.deepEqual([await stream.next(), (await stream.next()).event, (await stream.next()).event], [{ event: 'next', data: last }, 'complete', 'end'])
}

test('a token that expires ends each stream, whatever it follows, and no other', { timeout: 20000 }, async () => {
  const exp = now() + 2
  const others = await openAll('blue-eva')
  const expiring = await openAll('blue-ann', { exp })
  for (const stream of expiring) await expectEnd(stream, EXPIRED)
  assert.ok(Date.now() >= exp * 1000)
  await publish('still here')
  for (const stream of others.filter((_, i) => i % 2 === 0)) assert.equal(Object.values((await stream.next()).data.data)[0], 'still here')
  for (const stream of others) { assert.equal(stream.received(), 0); await stream.close() }
})

test('a user who is revoked loses all his streams at once, on all workers, and nobody else does', { timeout: 20000 }, async () => {
  const others = await openAll('blue-eva')
  const revoked = (await Promise.all(Array.from({ length: 2 * workers }, () => openAll('blue-ann')))).flat()
  await revoke('blue-an')
  await revoke('blue-ann')
  for (const stream of revoked) await expectEnd(stream, REVOKED)
  await publish('still here')
  for (const stream of others.filter((_, i) => i % 2 === 0)) assert.equal(Object.values((await stream.next()).data.data)[0], 'still here')
  for (const stream of others) await stream.close()
  await until(async () => (await stats(server)).streams === 0, 'all streams to be gone')
})

test('over multipart/mixed, too', async () => {
  const response = fetch(server.url, {
    method: 'POST', body: JSON.stringify({ query: 'query @live { guardUser }' }),
    headers: { 'content-type': 'application/json', accept: 'multipart/mixed', ...bearer(sign({ sub: 'multi' })) },
  })
  const text = (await response).text()
  await until(async () => (await stats(server)).liveResults > 0 && (await stats(server)).liveQueries === 1, 'the live query')
  await revoke('multi')
  assert.ok((await text).includes(JSON.stringify(REVOKED)))
})

test('of a single connection, the operation alone', async () => {
  const url = `${server.url}/stream`
  const token = await (await fetch(url, { method: 'PUT' })).text()
  const stream = await fetch(url, { headers: { accept: 'text/event-stream', 'x-graphql-event-stream-token': token } })
  const run = (id, headers) => fetch(url, {
    method: 'POST', body: JSON.stringify({ query: 'subscription { onUser }', extensions: { operationId: id } }),
    headers: { 'content-type': 'application/json', 'x-graphql-event-stream-token': token, ...headers },
  })
  assert.equal((await run('a', bearer(sign({ sub: 'single' })))).status, 202)
  assert.equal((await run('b', bearer(sign({ sub: 'other' })))).status, 202)
  await revoke('single')
  const reader = stream.body.getReader()
  let text = ''
  const read = async (wanted) => { while (!text.includes(wanted)) text += Buffer.from((await reader.read()).value).toString() }
  await read('event: complete')
  assert.ok(text.includes(`data: ${JSON.stringify({ id: 'a', payload: REVOKED })}`), text)
  await publish('to b')
  await read('"payload":{"data":{"onUser":"to b"}}')
  await reader.cancel()
})

test('an EventSource, which can send no header, shows a cookie; nothing is read from a URL', async () => {
  const get = async (query, headers = {}, more = '') => {
    const response = await fetch(`${server.url}?query=${encodeURIComponent(query)}${more}`, { headers: { accept: 'text/event-stream', ...headers } })
    return response.text()
  }
  const good = sign(ANN)
  assert.match(await get('{ guardUser }', { cookie: `theme=dark; session=${good}` }), /"guardUser":"passed"/)
  assert.match(await get('{ guardUser }', { cookie: `session=${good}`, authorization: 'Bearer x' }), /UNAUTHENTICATED/, 'Authorization comes first')
  for (const name of ['token', 'access_token', 'session']) assert.doesNotMatch(await get('{ guardUser }', {}, `&${name}=${good}`), /passed/)
})

test('a stream that nobody reads is ended all the same', { timeout: 20000 }, async () => {
  const stream = await subscribe(server, { query: 'subscription { onUser }' }, bearer(sign({ sub: 'slow' })))
  const before = (await stats(server)).subscriptions
  await revoke('slow')
  await until(async () => (await stats(server)).subscriptions === before - 1, 'the subscription to end')
  await expectEnd(stream, REVOKED)
})

// ---- keys ----

describe('keys of an identity provider', () => {
  test('are fetched at the start, and again for a key that is not known, but not too often', { timeout: 30000 }, async () => {
    const old = pair('old', 'RS256')
    const fresh = pair('new', 'ES256')
    const pss = pair('pss', 'PS256')
    const keys = await provider([old, pss])
    const guarded = await start('tests/wire/app', ['--guards'], { JWT_JWKS: keys.url, JWT_RETRY_S: '1' })
    const ask = async (token) => (await post(guarded.url, { query: '{ guardUser }' }, bearer(token))).json.data.guardUser
    try {
      assert.equal(keys.asked, 1)
      assert.equal(await ask(old.sign(ANN)), 'passed')
      assert.equal(await ask(pss.sign(ANN)), 'passed')
      assert.equal(await ask(old.sign(ANN, { alg: 'HS256' })), null, 'an algorithm of another kind of key')
      assert.equal(await ask(hs256(ANN, JSON.stringify(old.jwk))), null, 'a public key is no secret')
      assert.equal(await ask(fresh.sign(ANN)), null)
      keys.keys = [fresh]
      await until(() => ask(fresh.sign(ANN)).then((seen) => seen === 'passed'), 'the new key')
      assert.equal(await ask(old.sign(ANN)), null, 'the old one has been taken back')
      const { asked } = keys
      await Promise.all(Array.from({ length: 50 }, (_, i) => ask(pair(`x${i % 3}`, 'ES256').sign(ANN))))
      assert.ok(keys.asked - asked <= 2, `${keys.asked - asked} requests for 50 tokens`)
      keys.status = 500
      await until(() => ask(pair('y', 'ES256').sign(ANN)).then(() => /cannot be read/.test(guarded.log())), 'a failure in the log')
      assert.equal(await ask(fresh.sign(ANN)), 'passed', 'those that are known stay')
    } finally {
      await guarded.stop()
      await keys.close()
    }
  })

  test('a provider that is down lets the server start, and nobody in', { timeout: 20000 }, async () => {
    const key = pair('k', 'ES256')
    const keys = await provider([key])
    keys.status = 503
    const guarded = await start('tests/wire/app', ['--guards'], { JWT_JWKS: keys.url, JWT_RETRY_S: '1' })
    const ask = async () => (await post(guarded.url, { query: '{ guardUser }' }, bearer(key.sign(ANN)))).json.data.guardUser
    try {
      assert.equal(await ask(), null)
      keys.status = 200
      await until(async () => (await ask()) === 'passed', 'the keys')
    } finally {
      await guarded.stop()
      await keys.close()
    }
  })

  test('or of a file, which may be replaced', { timeout: 20000 }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'xylem-keys-'))
    const file = path.join(folder, 'jwks.json')
    const [first, second] = [pair('1', 'ES256'), pair('2', 'ES256')]
    const write = (...keys) => writeFileSync(file, JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }))
    write(first)
    const guarded = await start('tests/wire/app', ['--guards'], { JWT_JWKS: file, JWT_RETRY_S: '1' })
    const ask = async (key) => (await post(guarded.url, { query: '{ guardUser }' }, bearer(key.sign(ANN)))).json.data.guardUser
    try {
      assert.equal(await ask(first), 'passed')
      write(second)
      await until(async () => (await ask(second)) === 'passed', 'the second key')
      assert.equal(await ask(first), null)
    } finally {
      await guarded.stop()
      rmSync(folder, { recursive: true })
    }
  })

  test('a file that is none: the server does not start', async () => {
    await assert.rejects(start('tests/wire/app', ['--guards'], { JWT_JWKS: '/nowhere/jwks.json' }), /not a file of keys that can be used/)
  })
})

// ---- introspection ----

test('introspection shows the guards first', async () => {
  const { json } = await post(server.url, { query: '{ __schema { directives { name } } }' })
  assert.deepEqual(json.data.__schema.directives.map(({ name }) => name).filter((name) => !['team', 'mask'].includes(name)),
    ['requireAuth', 'skipAuth', 'live', 'defer', 'stream', 'include', 'skip', 'deprecated', 'specifiedBy', 'oneOf'])
})
