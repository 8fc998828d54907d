// Durable topics over Redis: what one process has carried, any process knows, whatever becomes of the processes, of the connections and
// of Redis.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { after, before, describe, test } from 'node:test'
import { post, start, subscribe, until } from './lib.mjs'
import { channels, connected, startRedis, within } from './redis.mjs'

const UNKNOWN = { event: 'next', data: { data: null, extensions: { gap: { reason: 'UNKNOWN_EVENT_ID' } } } }
const LISTEN = 'subscription ($roomId: ID!) { newMessage(roomId: $roomId) { body } }'

let rooms = 0
const newRoom = () => `room${rooms++}`
const body = (roomId) => ({ query: LISTEN, variables: { roomId } })
const bodyOf = ({ data }) => data.data.newMessage.body
const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => String(from + i))
const streamOf = (roomId) => `xylem:stream:{newMessage:${roomId}}`

async function send(to, roomId, bodies) {
  for (let at = 0; at < bodies.length; at += 15) {
    const fields = bodies.slice(at, at + 15).map((text, i) =>
      `m${i}: sendMessage(input: { roomId: ${JSON.stringify(roomId)}, from: "a", body: ${JSON.stringify(text)} }) { from }`)
    const { json } = await post(to.url, { query: `mutation { ${fields.join(' ')} }` })
    assert.equal(json.errors, undefined)
  }
}

async function take(stream, count) {
  const taken = []
  while (taken.length < count) {
    const event = await within(10000, `event ${taken.length + 1} of ${count}`, stream.next())
    assert.equal(event.event, 'next', JSON.stringify(event))
    taken.push(event)
  }
  return taken
}

// What a Node process does that publishes to a durable topic: keep it, tell those who do not know of that, ring for those who do.
async function publishDurable(redis, topic, payload) {
  const stream = `xylem:stream:{${topic}}`
  const text = JSON.stringify(payload)
  await redis.multi()
    .xadd(stream, 'MAXLEN', '~', 10000, '*', 'd', text)
    .publish(topic, text)
    .publish(stream, '')
    .exec()
}

const environment = (redis) => ({ DURABLE_TOPICS: 'newMessage', REDIS_URL: redis.url })
const startOn = (redis, ...args) => start('tests/wire/app', args, environment(redis))

describe('on one Redis', () => {
  let redis, a, b, raw
  before(async () => {
    redis = await startRedis()
    a = await startOn(redis)
    b = await startOn(redis)
    raw = await redis.client()
    await connected(redis, 2)
  })
  after(async () => {
    raw.disconnect()
    await a.stop()
    await b.stop()
    await redis.stop()
  })

  async function visited() {
    const roomId = newRoom()
    const stream = await subscribe(b, body(roomId))
    await send(a, roomId, numbers(1, 2))
    const ids = (await take(stream, 2)).map(({ id }) => id)
    await stream.close()
    return { roomId, ids }
  }

  test('events have the same ids in all processes, and any of them goes on', async () => {
    const roomId = newRoom()
    const streams = [await subscribe(a, body(roomId)), await subscribe(b, body(roomId))]
    await send(a, roomId, numbers(1, 3))
    const [at, there] = await Promise.all(streams.map((stream) => take(stream, 3)))
    assert.deepEqual(at, there)
    assert.deepEqual(at.map(bodyOf), numbers(1, 3))
    assert.match(at[0].id, /^[0-9a-f]{16}-\d{13}-\d+$/)
    for (const stream of streams) await stream.close()
    for (const [server, last] of [[a, 3], [b, 4]]) {
      const stream = await subscribe(server, body(roomId), { 'last-event-id': at[0].id })
      assert.deepEqual((await take(stream, last - 1)).map(bodyOf), numbers(2, last))
      await send(b, roomId, [String(last + 1)])
      assert.equal(bodyOf((await take(stream, 1))[0]), String(last + 1))
      await stream.close()
    }
  })

  test('a process that was restarted goes on', async () => {
    const c = await startOn(redis)
    const roomId = newRoom()
    const first = await subscribe(c, body(roomId))
    await send(c, roomId, numbers(1, 2))
    const [{ id }] = await take(first, 1)
    await first.close()
    await c.stop()
    await send(a, roomId, ['3'])
    const d = await startOn(redis)
    const stream = await subscribe(d, body(roomId), { 'last-event-id': id })
    assert.deepEqual((await take(stream, 2)).map(bodyOf), ['2', '3'])
    await stream.close()
    await d.stop()
  })

  test('plain subscribers hear the same channel as ever; Xylem hears the doorbell', async () => {
    const roomId = newRoom()
    const plain = await redis.client()
    await plain.subscribe(`newMessage:${roomId}`)
    const heard = once(plain, 'message')
    const stream = await subscribe(b, body(roomId))
    assert.ok((await channels(redis)).includes(streamOf(roomId)))
    await send(a, roomId, ['1'])
    assert.deepEqual(JSON.parse((await heard)[1]), { from: 'a', body: '1' })
    assert.equal(bodyOf((await take(stream, 1))[0]), '1')
    await stream.close()
    plain.disconnect()
    await until(async () => !(await channels(redis)).includes(streamOf(roomId)), 'the doorbell to be left')
    assert.equal(await raw.ttl(streamOf(roomId)) > 86000, true)
  })

  test('a Node process publishes', async () => {
    const { roomId, ids } = await visited()
    const live = await subscribe(a, body(roomId))
    await publishDurable(raw, `newMessage:${roomId}`, { from: 'node', body: '3' })
    const three = await take(live, 1)
    assert.equal(bodyOf(three[0]), '3')
    await send(b, roomId, ['4'])
    assert.equal(bodyOf((await take(live, 1))[0]), '4')
    await live.close()
    for (const [id, from] of [[ids[0], 2], [three[0].id, 4]]) {
      const stream = await subscribe(b, body(roomId), { 'last-event-id': id })
      assert.deepEqual((await take(stream, 5 - from)).map(bodyOf), numbers(from, 4))
      await stream.close()
    }
  })

  test('entries that are none of ours are passed over, those that are not JSON are an error', async () => {
    const { roomId, ids } = await visited()
    const live = await subscribe(a, body(roomId))
    for (let i = 0; i < 100; i++) await raw.xadd(streamOf(roomId), '*', 'something', 'else')
    await raw.xadd(streamOf(roomId), '*', 'd', '{')
    await send(a, roomId, ['3'])
    for (const stream of [live, await subscribe(b, body(roomId), { 'last-event-id': ids[1] })]) {
      const [wrong, right] = await take(stream, 2)
      assert.ok(wrong.data.errors, JSON.stringify(wrong))
      assert.equal(bodyOf(right), '3')
      await stream.close()
    }
  })

  test('too old: told, then what is kept', async () => {
    const { roomId, ids } = await visited()
    const c = await startOn(redis, '--durable-events', '200')
    await send(c, roomId, numbers(3, 600))
    await c.stop()
    const [[, [, , , text]]] = await raw.xrange(streamOf(roomId), '-', '+', 'COUNT', 1)
    const oldest = Number(JSON.parse(text).body)
    assert.ok(oldest > 3, 'Redis has trimmed the stream')
    const stream = await subscribe(b, body(roomId), { 'last-event-id': ids[1] })
    assert.deepEqual(await within(5000, 'the notice', stream.next()), UNKNOWN)
    assert.deepEqual((await take(stream, 601 - oldest)).map(bodyOf), numbers(oldest, 600))
    await stream.close()
  })

  test('an id of another topic, and garbage', async () => {
    const { ids } = await visited()
    const { roomId } = await visited()
    for (const id of [ids[0], 'garbage', `${ids[0].split('-')[0]}-18446744073709551615-18446744073709551615`, `${'0'.repeat(16)}-0-0`]) {
      const stream = await subscribe(a, body(roomId), { 'last-event-id': id })
      assert.deepEqual(await within(5000, 'the notice', stream.next()), UNKNOWN)
      await send(b, roomId, ['3'])
      assert.equal(bodyOf((await take(stream, 1))[0]), '3')
      await stream.close()
    }
  })

  test('a topic that was lost begins anew, and who hears of it is told', async () => {
    const { roomId, ids } = await visited()
    const live = await subscribe(a, body(roomId))
    await send(b, roomId, ['3'])
    await take(live, 1)
    await raw.del(streamOf(roomId))
    // Ids are of Redis' clock: in the same millisecond the new stream would begin with the id of the lost event.
    const millisecond = async () => { const [s, us] = await raw.time(); return Number(s) * 1000 + Math.floor(us / 1000) }
    const lost = await millisecond()
    await until(async () => await millisecond() > lost, 'another millisecond')
    await send(b, roomId, ['4', '5'])
    const [four, five] = await take(live, 2)
    assert.equal(bodyOf(four), '4')
    assert.deepEqual(four.data.extensions, { gap: { reason: 'STORE_RECONNECTED' } })
    assert.equal(five.data.extensions, undefined)
    await live.close()
    const stream = await subscribe(a, body(roomId), { 'last-event-id': ids[0] })
    assert.deepEqual(await within(5000, 'the notice', stream.next()), UNKNOWN)
    await send(b, roomId, ['6'])
    assert.equal(bodyOf((await take(stream, 1))[0]), '6')
    await stream.close()
  })

  test('connections for channels are cut again and again: nothing is lost, nothing comes twice', { timeout: 60000 }, async () => {
    const roomId = newRoom()
    const stream = await subscribe(b, body(roomId))
    for (let round = 0; round < 10; round++) {
      await send(a, roomId, numbers(round * 30 + 1, round * 30 + 15))
      await raw.client('KILL', 'TYPE', round % 2 ? 'normal' : 'pubsub', 'SKIPME', 'yes')
      await send(a, roomId, numbers(round * 30 + 16, round * 30 + 30))
    }
    const got = await take(stream, 300)
    assert.deepEqual(got.map(bodyOf), numbers(1, 300))
    assert.deepEqual(got.filter(({ data }) => data.extensions), [])
    await stream.close()
  })

  test('a reader that stalls loses nothing', { timeout: 120000 }, async () => {
    const [c, d] = [await startOn(redis), await startOn(redis)]
    const roomId = newRoom()
    const request = http.request(c.url, { method: 'POST', agent: false, headers: { 'content-type': 'application/json', accept: 'text/event-stream' } })
    request.end(JSON.stringify(body(roomId)))
    const [response] = await once(request, 'response')
    const filler = 'x'.repeat(2000)
    const count = 4000
    await send(d, roomId, numbers(1, count).map((number) => `${number} ${filler}`))
    const got = []
    let text = ''
    response.setEncoding('utf8').on('error', () => {}).on('data', (data) => {
      text += data
      for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
        const found = /"body":"(\d+) /.exec(text.slice(0, end))
        if (found) got.push(found[1])
        else assert.ok(!text.slice(0, end).includes('errors'), text.slice(0, 200))
      }
    })
    await until(() => got.length >= count, 'all messages', 60000)
    assert.deepEqual(got, numbers(1, count))
    request.destroy()
    await c.stop()
    await d.stop()
  })

  test('a full mailbox means reading on later', { timeout: 60000 }, async () => {
    const c = await startOn(redis, '--mailbox-bytes', '3000')
    const roomId = newRoom()
    const stream = await subscribe(c, body(roomId))
    await send(a, roomId, numbers(1, 150).map((number) => number.padEnd(1000, '.')))
    const got = await take(stream, 150)
    assert.deepEqual(got.map((event) => String(parseInt(bodyOf(event), 10))), numbers(1, 150))
    assert.deepEqual(got.filter(({ data }) => data.extensions), [])
    await stream.close()
    await c.stop()
  })
})

test('while Redis is away events wait, and nobody misses one', { timeout: 60000 }, async () => {
  const redis = await startRedis({ persist: true })
  const [a, b] = [await startOn(redis), await startOn(redis)]
  await connected(redis, 2)
  const roomId = newRoom()
  const stream = await subscribe(b, body(roomId))
  await send(a, roomId, numbers(1, 3))
  const [{ id }] = await take(stream, 3)
  await redis.kill()
  await send(a, roomId, numbers(4, 10))
  await redis.restart()
  const rest = await take(stream, 7)
  assert.deepEqual(rest.map(bodyOf), numbers(4, 10))
  assert.deepEqual(rest.filter(({ data }) => data.extensions), [])
  await stream.close()
  const again = await subscribe(a, body(roomId), { 'last-event-id': id })
  assert.deepEqual((await take(again, 9)).map(bodyOf), numbers(2, 10))
  await again.close()
  await a.stop()
  await b.stop()
  await redis.stop()
})

test('who comes again while Redis is away waits, and then goes on', { timeout: 60000 }, async () => {
  const redis = await startRedis({ persist: true })
  const a = await startOn(redis)
  await connected(redis)
  const roomId = newRoom()
  const first = await subscribe(a, body(roomId))
  await send(a, roomId, numbers(1, 2))
  const [{ id }] = await take(first, 1)
  await first.close()
  await until(async () => !(await channels(redis)).length, 'the doorbell to be left')
  await redis.kill()
  const waiting = subscribe(a, body(roomId), { 'last-event-id': id })
  await send(a, roomId, ['3'])
  await redis.restart()
  const stream = await within(20000, 'the stream', waiting)
  assert.deepEqual((await take(stream, 2)).map(bodyOf), ['2', '3'])
  await stream.close()
  await a.stop()
  await redis.stop()
})

test('nor is a gap told when its stream had to be opened before Redis was there', { timeout: 60000 }, async () => {
  const redis = await startRedis({ persist: true })
  const a = await startOn(redis)
  await connected(redis)
  const roomId = newRoom()
  const first = await subscribe(a, body(roomId))
  await send(a, roomId, numbers(1, 2))
  const [{ id }] = await take(first, 1)
  await first.close()
  await redis.kill()
  const stream = await within(20000, 'the head', subscribe(a, body(roomId), { 'last-event-id': id }))
  await send(a, roomId, ['3'])
  await redis.restart()
  await until(async () => (await channels(redis)).length, 'the doorbell')
  await send(a, roomId, ['4'])
  const got = await take(stream, 3)
  assert.deepEqual(got.map(bodyOf), ['2', '3', '4'])
  assert.deepEqual(got.filter(({ data }) => data.extensions), [])
  await stream.close()
  await a.stop()
  await redis.stop()
})

test('on a cluster, by sharded channels', { timeout: 60000 }, async () => {
  const redis = await startRedis({ cluster: true })
  const startSharded = () => start('tests/wire/app', [], { ...environment(redis), REDIS_SHARDED: '1' })
  const [a, b] = [await startSharded(), await startSharded()]
  await connected(redis, 2)
  for (const roomId of ['1', 'a{b}c']) {
    const stream = await subscribe(b, body(roomId))
    await send(a, roomId, numbers(1, 3))
    const [{ id }] = await take(stream, 3)
    await stream.close()
    const again = await subscribe(a, body(roomId), { 'last-event-id': id })
    assert.deepEqual((await take(again, 2)).map(bodyOf), ['2', '3'])
    await again.close()
  }
  await a.stop()
  await b.stop()
  await redis.stop()
})
