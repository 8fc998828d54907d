// Events and invalidations from programs that know the secret, and every way to be refused.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { admin, invalidate, publish, SECRET } from './admin.mjs'
import { ask, build, post, start, stats, subscribe, until } from './lib.mjs'

const ENDPOINTS = ['publish', 'invalidate', 'streams']
const EVENT = { topic: 'newMessage', id: '1', payload: { from: 'ann', body: 'hello' } }

const open = []
async function listen(server, query, variables) {
  const stream = await subscribe(server, { query, variables })
  open.push(stream)
  return stream
}
afterEach(() => Promise.all(open.splice(0).map((stream) => stream.close())))

const room = (server, id) => listen(server, 'subscription ($id: ID!) { newMessage(roomId: $id) { from body } }', { id })
const received = async (stream) => (await stream.next()).data.data.newMessage.body

describe('without a secret', () => {
  let server
  before(async () => { server = await start('tests/wire/app', [], { XYLEM_SECRET: undefined }) })
  after(() => server.stop())

  test('there is nothing at these paths', async () => {
    const unknown = await admin(server, 'nothing', { body: EVENT })
    assert.equal(unknown.status, 404)
    for (const endpoint of ENDPOINTS) {
      for (const method of ['GET', 'POST', 'PUT', 'OPTIONS']) {
        const answer = await admin(server, endpoint, { method, body: method === 'GET' ? undefined : EVENT })
        assert.equal(answer.status, 404, `${method} ${endpoint}`)
        assert.equal(answer.text, unknown.text)
      }
    }
  })
})

test('a secret that is short, or that no header can carry, is refused at the start', () => {
  const run = (secret) => spawnSync(path.join(build, 'tests/wire/app'), ['--port', '0'], { encoding: 'utf8', env: { ...process.env, XYLEM_SECRET: secret }, timeout: 10000 })
  for (const [secret, why] of [['', /shorter than 16 bytes/], ['fifteen-bytes-x', /shorter than 16 bytes/], ['sixteen bytes and spaces', /white space/], ['sixteen-bytes-ünd-more', /ASCII/]]) {
    const { status, stderr, stdout } = run(secret)
    assert.equal(status, 1, secret)
    assert.match(stderr, why)
    assert.match(stderr, /XYLEM_SECRET/)
    if (secret) assert.ok(!stderr.includes(secret) && !stdout.includes(secret))
  }
})

describe('with a secret', () => {
  let server
  before(async () => { server = await start('tests/wire/app', ['--event-bytes', '1000', '--workers', '2'], { XYLEM_SECRET: SECRET, CORS_ORIGIN: 'http://page.example' }) })
  after(() => server.stop())

  test('who does not show it is refused, whatever else is wrong', async () => {
    const wrong = [undefined, '', SECRET, `Basic ${SECRET}`, 'Bearer', 'Bearer ', `Bearer${SECRET}`, `Bearer ${SECRET}x`, `Bearer ${SECRET.slice(0, -1)}`, `Bearer ${SECRET.toUpperCase()}`, `Bearer x, Bearer ${SECRET}`]
    for (const authorization of wrong) {
      for (const endpoint of ENDPOINTS) {
        const { status, headers, json } = await admin(server, endpoint, { secret: '', method: 'PUT', body: '{', headers: { ...(authorization !== undefined && { authorization }) } })
        assert.equal(status, 401, `${endpoint} ${authorization}`)
        assert.equal(headers['www-authenticate'], 'Bearer')
        assert.match(headers['content-type'], /^application\/json/)
        assert.deepEqual(Object.keys(json), ['errors'])
        assert.match(json.errors[0].message, /secret is missing or wrong/)
      }
    }
    for (const authorization of [`bearer ${SECRET}`, `BEARER   ${SECRET}`])
      assert.equal((await publish(server, [], { secret: '', headers: { authorization } })).status, 200, authorization)
  })

  test('cookies do not count, and no page is allowed anything', async () => {
    assert.equal((await publish(server, EVENT, { secret: '', headers: { cookie: `authorization=Bearer ${SECRET}` } })).status, 401)
    const origin = 'http://page.example'
    const graphql = await ask(server, { path: '/graphql?query={__typename}', headers: { origin } })
    assert.equal(graphql.headers['access-control-allow-origin'], origin)
    for (const endpoint of ENDPOINTS) {
      for (const [method, headers] of [['OPTIONS', { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }], ['POST', {}], ['GET', {}]]) {
        for (const secret of ['', SECRET]) {
          const answer = await admin(server, endpoint, { method, secret, headers: { origin, ...headers } })
          assert.deepEqual(Object.keys(answer.headers).filter((name) => name.startsWith('access-control')), [])
        }
      }
    }
  })

  test('methods', async () => {
    for (const [endpoint, allow] of [['publish', 'POST'], ['invalidate', 'POST'], ['streams', 'GET, HEAD']]) {
      for (const method of allow === 'POST' ? ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH'] : ['POST', 'PUT', 'DELETE']) {
        const answer = await admin(server, endpoint, { method })
        assert.equal(answer.status, 405, `${method} ${endpoint}`)
        assert.equal(answer.headers.allow, allow)
      }
      const options = await admin(server, endpoint, { method: 'OPTIONS' })
      assert.equal(options.status, 204)
      assert.equal(options.headers.allow, allow)
    }
  })

  test('bodies that are not JSON', async () => {
    for (const endpoint of ['publish', 'invalidate']) {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', '']) {
        const answer = await admin(server, endpoint, { body: EVENT, headers: { 'content-type': type } })
        assert.equal(answer.status, 415, type)
        assert.equal(answer.headers['accept-post'], 'application/json')
      }
      for (const body of ['', '{', '{"topic":"a"} x', '\xff']) {
        const answer = await admin(server, endpoint, { body })
        assert.equal(answer.status, 400, body)
        assert.match(answer.message, /^The body is not JSON: .*, at byte \d+\.$/)
      }
      assert.equal((await admin(server, endpoint, { body: `"${'x'.repeat(2 << 20)}"` })).status, 413)
    }
    assert.equal((await publish(server, [], { headers: { 'content-type': 'Application/JSON; charset=utf-8' } })).status, 200)
  })

  test('events that make no sense', async () => {
    const good = { topic: 't', payload: null }
    for (const [body, message, status = 400] of [
      [null, 'The body must be an object or a list.'],
      ['"text"', 'The body must be an object or a list.'],
      [{}, 'topic must be a string.'],
      [{ payload: 1 }, 'topic must be a string.'],
      [{ topic: '', payload: 1 }, 'topic must not be empty.'],
      [{ topic: 't', id: 1, payload: 1 }, 'id must be a string, or null.'],
      [{ topic: 't', id: '1' }, 'payload is missing; it may be any JSON, null too.'],
      [{ topic: 't', ID: '1', payload: 1 }, 'The body may have topic, id and payload, and nothing else.'],
      [{ topic: 't'.repeat(4000), id: 'i'.repeat(96), payload: 1 }, 'topic and id together are longer than 4096 bytes.'],
      [{ topic: 't', payload: 'x'.repeat(999) }, 'payload is larger than 1000 bytes.', 413],
      [[good, good, { topic: 7, payload: 1 }], 'events[2].topic must be a string.'],
      [[good, []], 'events[1] must be an object.'],
      [[good, { topic: 't', payloads: 1 }], 'events[1] may have topic, id and payload, and nothing else.'],
      [[good, { topic: 't', payload: 'x'.repeat(999) }], 'events[1].payload is larger than 1000 bytes.', 413],
    ]) {
      const answer = await publish(server, body === null ? 'null' : body)
      assert.equal(answer.message, message)
      assert.equal(answer.status, status, message)
    }
  })

  test('all events are checked before the first is published', async () => {
    const listener = await room(server, 'checked')
    const at = { topic: 'newMessage', id: 'checked' }
    assert.equal((await publish(server, [{ ...at, payload: { body: 'never' } }, { topic: 'newMessage' }])).status, 400)
    assert.deepEqual((await publish(server, { ...at, payload: { body: 'ever' } })).json, { published: 1 })
    assert.equal(await received(listener), 'ever')
  })

  test('what is published reaches subscribers on every worker, in order', async () => {
    const listeners = await Promise.all(Array.from({ length: 8 }, () => room(server, '1')))
    await until(async () => (await stats(server)).newMessageActive === 8, 'the listeners')
    for (let i = 0; i < 8; i++) {
      const bodies = [`${i} ü 😀`, `${i}b`, `${i}c`]
      assert.deepEqual((await publish(server, { ...EVENT, payload: { body: bodies[0] } })).json, { published: 1 })
      assert.deepEqual((await publish(server, bodies.slice(1).map((body) => ({ ...EVENT, payload: { body } })))).json, { published: 2 })
      for (const listener of listeners) for (const body of bodies) assert.equal(await received(listener), body)
    }
  })

  test('an empty list is nothing; a null id is none; a payload may be null', async () => {
    const before = (await stats(server)).published
    assert.deepEqual((await publish(server, [])).json, { published: 0 })
    assert.deepEqual((await publish(server, [{ topic: 'anything', id: null, payload: null }, { topic: 'anything', payload: [1.50, {}] }])).json, { published: 2 })
    assert.equal((await stats(server)).published, before + 2)
  })

  test('invalidations that make no sense', async () => {
    const forms = 'The body must be {"key": …}, {"keys": […]} or {"all": true}.'
    for (const [body, message] of [
      ['null', forms], ['[]', forms], [{}, forms], [{ key: 'a', all: true }, forms], [{ kye: 'a' }, forms],
      [{ key: 1 }, 'key must be a string.'], [{ key: '' }, 'key must not be empty.'], [{ key: 'k'.repeat(4097) }, 'key is longer than 4096 bytes.'],
      [{ keys: 'a' }, 'keys must be a list of strings.'], [{ keys: ['a', null] }, 'keys[1] must be a string.'], [{ keys: ['a', 'b', ''] }, 'keys[2] must not be empty.'],
      [{ keys: ['k'.repeat(4097)] }, 'keys[0] is longer than 4096 bytes.'],
      [{ all: false }, 'all must be true.'], [{ all: 1 }, 'all must be true.'],
    ]) {
      const answer = await invalidate(server, body)
      assert.equal(answer.status, 400)
      assert.equal(answer.message, message)
    }
  })

  test('an invalidation runs live queries again, a list of keys once', async () => {
    const queries = await Promise.all(['1', '2'].map((id) => listen(server, 'query ($id: ID!) @live { auction(id: $id) { id highestBid { amount } } }', { id })))
    for (const query of queries) await query.next()
    const runs = async () => (await stats(server)).liveRuns
    const rerun = async (body, answer, more) => {
      const start = await runs()
      assert.deepEqual((await invalidate(server, body)).json, { invalidated: answer })
      await until(async () => (await runs()) === start + more, `${more} runs`)
    }
    await rerun({ key: 'Auction:1' }, 1, 1)
    await rerun({ keys: ['Auction:1', 'Query.auction', 'Auction:1'] }, 3, 2)
    await rerun({ keys: ['nobody:1'] }, 1, 0)
    await rerun({ all: true }, 'all', 2)
    assert.deepEqual((await invalidate(server, { keys: [] })).json, { invalidated: 0 })
  })

  test('a live query gets the result that has changed, whoever says so', async () => {
    const query = await listen(server, 'query @live { auction(id: "3") { highestBid { amount } } }')
    await query.next()
    await post(server.url, { query: 'mutation { bid(input: {auctionId: "3", amount: 777}) { amount } }' })
    assert.equal((await query.next()).data.data.auction.highestBid.amount, 777)
  })
})

describe('a worker that is far behind', () => {
  let server
  before(async () => { server = await start('tests/wire/app', ['--mailbox-bytes', '1000', '--workers', '1'], { XYLEM_SECRET: SECRET }) })
  after(() => server.stop())

  test('503, with how many events went out; they arrive', async () => {
    const listener = await room(server, '1')
    await until(async () => (await stats(server)).newMessageActive === 1, 'the listener')
    const events = Array.from({ length: 50 }, (_, i) => ({ ...EVENT, payload: { body: `${i} ${'x'.repeat(50)}` } }))
    const answer = await publish(server, events)
    assert.equal(answer.status, 503)
    assert.equal(answer.headers['retry-after'], '1')
    const [, sent, all] = /^A worker is too far behind: (\d+) of (\d+) events were published\. Try again with the others\.$/.exec(answer.message)
    assert.equal(all, '50')
    assert.ok(sent > 0 && sent < 50)
    for (let i = 0; i < sent; i++) assert.equal(parseInt(await received(listener)), i)
    assert.deepEqual((await publish(server, events[sent])).json, { published: 1 })
    assert.equal(parseInt(await received(listener)), Number(sent))
  })
})
