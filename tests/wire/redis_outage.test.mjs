// Redis dies under load and comes back: nobody is deaf afterwards, and whoever may have missed an event is told.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SECRET, invalidate, publish } from './admin.mjs'
import { bid, BIDS, follow, rest } from './live.mjs'
import { post, start, stats, subscribe, until } from './lib.mjs'
import { connected, open, startRedis, within } from './redis.mjs'

const query = 'subscription ($id: ID!) { newMessage(roomId: $id) { body } }'
const send = (server, roomId, body) =>
  post(server.url, { query: 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { body } }', variables: { input: { roomId, from: 'ann', body } } })
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

// Reads a stream for ever into what has come of it.
function reader(stream) {
  const seen = { bodies: new Set(), events: 0, gaps: [], closed: false, stream }
  ;(async () => {
    for (;;) {
      const { event, data } = await stream.next()
      if (event !== 'next') { seen.closed = event; return }
      assert.equal(data.errors, undefined)
      seen.events++
      if (data.extensions) seen.gaps.push([seen.events, data.extensions.gap.reason])
      seen.bodies.add(data.data.newMessage.body)
    }
  })()
  return seen
}

describe('an outage of five seconds', () => {
  let redis, listener, publisher
  before(async () => {
    redis = await startRedis()
    const env = { REDIS_URL: redis.url }
    ;[listener, publisher] = await Promise.all([start('tests/wire/app', [], env), start('tests/wire/app', [], env)])
    await connected(redis, 2)
  })
  after(async () => {
    await Promise.all([listener.stop(), publisher.stop()])
    await redis.stop()
  })

  test('under load: all subscriptions work afterwards, also those that were placed meanwhile, and gaps are told', { timeout: 60000 }, async () => {
    const rooms = Array.from({ length: 10 }, (_, i) => `r${i}`)
    const old = await Promise.all(rooms.flatMap((room) => [listener, publisher].map(async (server) => reader(await subscribe(server, { query, variables: { id: room } })))))
    const live = await follow(listener, BIDS)
    await live.result()
    let sent = 0, loaded = true
    const load = (async () => { for (; loaded; sent++) { await send(publisher, rooms[sent % rooms.length], `load ${sent}`); await sleep(10) } })()
    await until(() => old.every((seen) => seen.events > 1), 'the load to arrive')
    for (const seen of old) assert.deepEqual(seen.gaps, [])

    await redis.kill()
    const eventsBefore = old.map((seen) => seen.events)
    const placed = [] // one each 10 ms of the outage, every second of them in a room of its own
    const began = Date.now()
    let bidding
    for (let i = 0; i < 500; i++) {
      const room = i % 2 ? `own${i}` : rooms[i % rooms.length]
      placed.push({ room, promise: open(i % 4 < 2 ? listener : publisher, query, { id: room }) })
      if (i === 100) bidding = bid(listener, '1', 777)
      await sleep(Math.max(0, began + (i + 1) * 10 - Date.now()))
    }
    await bidding
    // Without Redis its own live queries are up to date.
    const amounts = (data) => data.auction.bids.map(({ amount }) => amount)
    assert.ok(amounts(await within(5000, 'the bid of the outage', live.data())).includes(777))
    await redis.restart()

    const news = await within(20000, 'all to be open', Promise.all(placed.map(async ({ room, promise }) => ({ room, seen: reader(await promise) }))))
    loaded = false
    await load
    const all = [...old.map((seen, i) => ({ room: rooms[Math.floor(i / 2)], seen })), ...news]
    await until(async () => {
      await Promise.all([...new Set(all.filter(({ seen }) => !seen.bodies.has('over')).map(({ room }) => room))].map((room) => send(publisher, room, 'over')))
      return all.every(({ seen }) => seen.bodies.has('over'))
    }, 'everybody to hear of it', 20000)

    assert.ok(all.every(({ seen }) => !seen.closed))
    for (const [i, seen] of old.entries()) {
      assert.equal(seen.gaps.length, 1, 'told once')
      assert.equal(seen.gaps[0][1], 'STORE_RECONNECTED')
      assert.ok(seen.gaps[0][0] > eventsBefore[i], 'and not before it')
    }
    // Whoever was in a room with others was open at once; whoever waited was open when nothing could be missed any more, or too late.
    for (const { room, seen } of news.filter(({ room }) => room.startsWith('r'))) assert.deepEqual(seen.gaps, [[1, 'STORE_RECONNECTED']], room)
    for (const { seen } of news.filter(({ room }) => room.startsWith('own'))) assert.ok(seen.gaps.length <= 1)

    await bid(listener, '1', 888)
    assert.ok(amounts(await within(5000, 'a bid', (async () => {
      for (;;) { const data = await live.data(); if (amounts(data).includes(888)) return data }
    })())).includes(888))
    const told = all.reduce((sum, { seen }) => sum + seen.gaps.length, 0)
    await checkCounter([listener, publisher], 'xylem_gaps_total', told)
    await Promise.all(all.map(({ seen }) => seen.stream.close()))
    await rest(listener)
    await rest(publisher)
  })
})

// Of all servers together.
async function checkCounter(servers, name, expected) {
  const texts = await Promise.all(servers.map(async (server) => (await fetch(new URL('/metrics', server.url))).text()))
  const values = texts.map((text) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)[1]))
  assert.equal(values.reduce((sum, value) => sum + value), expected, name)
}

describe('while Redis is away', () => {
  test('events wait, within bounds, and the publisher is told when no more can', { timeout: 30000 }, async () => {
    const redis = await startRedis()
    const server = await start('tests/wire/app', ['--redis-queue', '10'], { REDIS_URL: redis.url, XYLEM_SECRET: SECRET })
    await connected(redis)
    const stream = await subscribe(server, { query, variables: { id: '1' } })
    await redis.kill()
    await until(async () => /no connection to Redis/.test(server.log()), 'the server to notice')

    const publishOne = (body) => post(server.url, { query: 'mutation ($payload: JSON) { publish(topic: "newMessage", id: "1", payload: $payload) }', variables: { payload: { body } } })
    for (let i = 0; i < 10; i++) assert.deepEqual((await publishOne(`waits ${i}`)).json, { data: { publish: true } })
    const { json } = await publishOne('one too many')
    assert.equal(json.data.publish, null)
    assert.equal(json.errors[0].message, 'The event was not published: its store is away. Send it again later.')
    assert.equal(json.errors[0].extensions.code, 'STORE_UNAVAILABLE')
    const invalidation = await post(server.url, { query: 'mutation { invalidate(keys: ["A:1"]) }' })
    assert.equal(invalidation.json.errors[0].extensions.code, 'STORE_UNAVAILABLE')

    const published = await publish(server, { topic: 'newMessage', id: '1', payload: null })
    assert.equal(published.status, 503)
    assert.equal(published.message, 'The store is away: 0 of 1 events were published. Try again with the others.')
    assert.equal(published.headers['retry-after'], '1')
    const invalidated = await invalidate(server, { key: 'A:1' })
    assert.equal(invalidated.status, 503)
    assert.equal(invalidated.message, 'The store is away: other processes were told nothing. Try again later.')
    assert.equal((await invalidate(server, { all: true })).status, 503)

    await redis.restart()
    // What waited was published when the connection for messages was there, which may be before that for channels: then it is a gap.
    await until(async () => (await publishOne('again')).json.data.publish, 'Redis to be there')
    const pulse = setInterval(() => publishOne('again'), 50)
    const { data } = await within(5000, 'an event', stream.next()).finally(() => clearInterval(pulse))
    assert.deepEqual(data.extensions, { gap: { reason: 'STORE_RECONNECTED' } })
    await stream.close()
    await server.stop()
    await redis.stop()
  })

  test('a server starts, and a subscription is open in time', { timeout: 30000 }, async () => {
    const redis = await startRedis()
    await redis.kill()
    const server = await start('tests/wire/app', ['--subscribe-wait-ms', '300'], { REDIS_URL: redis.url })
    const began = Date.now()
    const stream = await subscribe(server, { query, variables: { id: '1' } })
    assert.ok(Date.now() - began >= 290, 'it waits')
    assert.equal(stream.status, 200)
    // Who goes while it waits, and before: nothing is left of either.
    const abort = new AbortController()
    const asked = fetch(server.url, { method: 'POST', signal: abort.signal, headers: { 'content-type': 'application/json', accept: 'text/event-stream' }, body: JSON.stringify({ query, variables: { id: '2' } }) })
    await until(async () => (await stats(server)).subscriptions === 2, 'a subscription that waits')
    abort.abort()
    await assert.rejects(asked)
    await until(async () => (await stats(server)).subscriptions === 1, 'it to be gone')

    await redis.restart()
    await connected(redis)
    const next = within(10000, 'an event', stream.next())
    const pulse = setInterval(() => send(server, '1', 'hello'), 20)
    assert.deepEqual((await next).data, { data: { newMessage: { body: 'hello' } }, extensions: { gap: { reason: 'STORE_RECONNECTED' } } })
    assert.deepEqual((await within(5000, 'an event', stream.next())).data, { data: { newMessage: { body: 'hello' } } })
    clearInterval(pulse)
    await stream.close()
    await server.stop()
    await redis.stop()
  })

  test('a server that waits for it stops within its time', { timeout: 30000 }, async () => {
    const redis = await startRedis()
    const server = await start('tests/wire/app', [], { REDIS_URL: redis.url })
    await connected(redis)
    await redis.kill()
    await until(async () => /no connection to Redis/.test(server.log()), 'the server to notice')
    await send(server, '1', 'never arrives')
    const waiting = subscribe(server, { query, variables: { id: '9' } })
    await until(async () => (await stats(server)).subscriptions === 1, 'a subscription that waits')
    const began = Date.now()
    await server.stop()
    assert.ok(Date.now() - began < 6000)
    assert.equal((await waiting).status, 503)
    assert.match(server.log(), /what waits for it is lost/)
    await redis.stop()
  })
})
