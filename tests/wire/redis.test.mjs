// What a server asks of Redis and what it makes of what comes: channels come and go with their clients, and nothing that is sent there
// harms anybody.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import path from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { BIDS, follow, growth, request, rest, send as sendRaw } from './live.mjs'
import { ask, build, events, post, start, stats, subscribe, until } from './lib.mjs'
import { channels, connected, startRedis, within } from './redis.mjs'

const query = 'subscription ($id: ID!) { newMessage(roomId: $id) { body } }'
const opened = new Set()
async function room(at, id) {
  const stream = await subscribe(at, { query, variables: { id } })
  opened.add(stream)
  return stream
}
const send = (server, roomId, body) =>
  post(server.url, { query: 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { body } }', variables: { input: { roomId, from: 'ann', body } } })
const next = async (stream) => (await within(5000, 'an event', stream.next())).data
const message = (body) => ({ data: { newMessage: { body } } })

let redis, server, raw
before(async () => {
  redis = await startRedis()
  server = await start('tests/wire/app', ['--event-bytes', '1000', '--workers', '2'], { REDIS_URL: redis.url })
  raw = await redis.client()
  await connected(redis)
})
after(async () => {
  await server.stop()
  await redis.stop()
})
afterEach(async () => {
  await Promise.all([...opened].map((stream) => stream.close()))
  opened.clear()
})
const silence = () => until(async () => !(await channels(redis)).length, 'all channels to be left')

describe('channels', () => {
  // What the server has sent while `action` was done, as Redis saw it: commands about channels.
  async function monitored(action) {
    const monitor = await (await redis.client()).monitor()
    const seen = []
    monitor.on('monitor', (time, args) => { if (/^(un)?(subscribe|publish)$/i.test(args[0])) seen.push([args[0].toLowerCase(), ...args.slice(1)]) })
    await action()
    await raw.echo('over')
    monitor.disconnect()
    return seen
  }

  test('are subscribed once for all who listen, and left by the last', async () => {
    const seen = await monitored(async () => {
      const streams = await Promise.all(Array.from({ length: 8 }, () => room(server, 'm')))
      assert.deepEqual(await channels(redis), ['newMessage:m'])
      await send(server, 'm', 'hi')
      for (const stream of streams) assert.deepEqual(await next(stream), message('hi'))
      for (const stream of streams.slice(1)) await stream.close()
      await until(async () => (await stats(server)).subscriptions === 1, 'one to be left')
      assert.deepEqual(await channels(redis), ['newMessage:m'])
      await streams[0].close()
      await silence()
    })
    assert.deepEqual(seen, [['subscribe', 'newMessage:m'], ['publish', 'newMessage:m', '{"from":"ann","body":"hi"}'], ['unsubscribe', 'newMessage:m']])
  })

  test('of live queries: one, while there are any in the process', async () => {
    const live = [await follow(server, BIDS), await follow(server, BIDS), await follow(server, 'query @live { fastField }')]
    await until(async () => (await channels(redis)).length, 'the channel')
    assert.deepEqual(await channels(redis), ['live-query-invalidations'])
    await live[0].close()
    await live[2].close()
    await until(async () => (await stats(server)).liveQueries === 1, 'one to be left')
    assert.deepEqual(await channels(redis), ['live-query-invalidations'])
    await live[1].close()
    await silence()
    await rest(server)
  })

  test('are left when clients go by FIN or RST', async () => {
    for (const [i, leave] of [(socket) => socket.end(), (socket) => socket.resetAndDestroy()].entries()) {
      const sockets = await Promise.all([`subscription { newMessage(roomId: "g${i}") { body } }`, BIDS].map((text) => sendRaw(server, request(text))))
      await Promise.all(sockets.map((socket) => once(socket, 'data')))
      await until(async () => (await channels(redis)).length === 2, 'both channels')
      sockets.forEach(leave)
      await silence()
      await rest(server)
    }
  })

  test('are left when an operation of the single connection mode ends, or its stream', async () => {
    for (const whole of [false, true]) {
      const token = (await ask(server, { method: 'PUT', path: '/graphql/stream' })).text
      const opened = http.request(new URL('/graphql/stream', server.url), { agent: false, headers: { accept: 'text/event-stream', 'x-graphql-event-stream-token': token } })
      opened.end()
      const stream = await events(opened)
      const body = JSON.stringify({ query, variables: { id: 's' }, extensions: { operationId: '1' } })
      const accepted = await ask(server, { method: 'POST', path: '/graphql/stream', body, headers: { 'content-type': 'application/json', 'x-graphql-event-stream-token': token, 'content-length': Buffer.byteLength(body) } })
      assert.equal(accepted.status, 202)
      await until(async () => (await channels(redis)).length, 'the channel')
      await send(server, 's', 'here')
      assert.deepEqual(await next(stream), { id: '1', payload: message('here') })
      if (!whole) await ask(server, { method: 'DELETE', path: '/graphql/stream?operationId=1', headers: { 'x-graphql-event-stream-token': token } })
      else await stream.close()
      await silence()
      await stream.close()
    }
  })

  test('that are left and wanted again at once are heard', async () => {
    let last = await room(server, 'again')
    for (let i = 0; i < 100; i++) {
      const leaving = last.close()
      last = await room(server, 'again')
      await leaving
      await send(server, 'again', String(i))
      assert.deepEqual(await next(last), message(String(i)))
    }
    await last.close()
    await silence()
  })
})

describe('what comes from Redis', () => {
  test('and is not JSON is an error event, and nothing dies', async () => {
    const streams = [await room(server, 'bad'), await room(server, 'bad'), await room(server, 'good')]
    for (const text of ['{"body":', 'hello', '{"body":"x"} y', '\x00\xff']) {
      await raw.publish('newMessage:bad', Buffer.from(text, 'latin1'))
      for (const stream of streams.slice(0, 2)) {
        const { data, errors } = await next(stream)
        assert.equal(data, null)
        assert.equal(errors.length, 1)
        assert.equal(errors[0].message, 'Something went wrong.')
      }
    }
    await raw.publish('newMessage:bad', '{"body":"fine"}')
    for (const stream of streams.slice(0, 2)) assert.deepEqual(await next(stream), message('fine'))
    assert.equal(streams[2].received(), 0)
    assert.match(server.log(), /a message from Redis is not JSON/)
    await Promise.all(streams.map((stream) => stream.close()))
  })

  test('and is empty is null', async () => {
    const stream = await room(server, 'empty')
    await raw.publish('newMessage:empty', '')
    const first = await next(stream)
    await raw.publish('newMessage:empty', 'null')
    assert.deepEqual(await next(stream), first)
    assert.equal(first.data, null) // newMessage may not be null
    await stream.close()
  })

  test('and is too large is dropped, which is told', async () => {
    const stream = await room(server, 'large')
    await raw.publish('newMessage:large', JSON.stringify({ body: 'x'.repeat(1000) }))
    await raw.publish('newMessage:large', '{"body":"small"}')
    assert.deepEqual(await next(stream), { ...message('small'), extensions: { gap: { reason: 'EVENTS_DROPPED' } } })
    await raw.publish('newMessage:large', '{"body":"after"}')
    assert.deepEqual(await next(stream), message('after'))
    assert.match(server.log(), /larger than event_bytes_max/)
    await stream.close()
  })

  test('as keys that make no sense changes nothing', async () => {
    await rest(server)
    const first = (await stats(server)).liveRuns + 1
    const live = await follow(server, BIDS)
    await live.result()
    await until(async () => (await stats(server)).liveRuns > first, 'the channel to be live')
    const before = (await stats(server)).liveRuns
    for (const key of ['', '["Auction:1"]', '"Auction:1"', 'x'.repeat(5000), Buffer.from([0, 255, 254])]) await raw.publish('live-query-invalidations', key)
    await growth(server, 'liveRuns', 1, () => raw.publish('live-query-invalidations', 'Auction:1'))
    assert.equal((await stats(server)).liveRuns, before + 1)
    await live.close()
  })

  test('in one burst is one batch: a live query runs few times', async () => {
    const live = await follow(server, BIDS)
    await live.result()
    await until(async () => (await channels(redis)).length, 'the channel')
    const burst = raw.pipeline()
    for (let i = 0; i < 1000; i++) burst.publish('live-query-invalidations', 'Auction:1')
    const runs = await growth(server, 'liveRuns', 1, () => burst.exec())
    assert.ok(runs < 200, `${runs} runs`)
    await live.close()
    await rest(server)
  })
})

describe('a connection that is killed', () => {
  test('for channels: is made again, and gaps are told', async () => {
    const stream = await room(server, 'kill')
    const live = await follow(server, BIDS)
    await live.result()
    await until(async () => (await channels(redis)).length === 2, 'both channels')
    const runs = await growth(server, 'liveRuns', 1, async () => {
      await raw.client('KILL', 'TYPE', 'pubsub')
      await until(async () => (await channels(redis)).length === 2, 'both channels again')
    })
    assert.ok(runs >= 1, 'live queries run again')
    const shown = []
    const refetch = async () => shown.push('all anew')
    const show = ({ body }) => shown.push(body)
    const onResult = async ({ data, extensions }) => {
      if (extensions?.gap) await refetch()
      show(data.newMessage)
    }
    for (const body of ['back', 'on']) {
      await send(server, 'kill', body)
      const result = await next(stream)
      await onResult(result)
      assert.deepEqual(result, { ...message(body), ...(body === 'back' && { extensions: { gap: { reason: 'STORE_RECONNECTED' } } }) })
    }
    assert.deepEqual(shown, ['all anew', 'back', 'on'])
    await stream.close()
    await live.close()
    await rest(server)
  })

  test('for messages: what was published arrives all the same', async () => {
    const stream = await room(server, 'sent')
    for (let round = 0; round < 5; round++) {
      const sending = Array.from({ length: 20 }, (_, i) => send(server, 'sent', `${round}.${i}`))
      await raw.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await Promise.all(sending)
    }
    const seen = new Set()
    while (seen.size < 100) seen.add((await next(stream)).data.newMessage.body)
    await stream.close()
    await silence()
  })
})

test('an address that makes no sense is refused at the start, without its password', () => {
  for (const url of ['http://127.0.0.1', 'redis://user:topsecret@host:99999', 'redis://:topsecret@host:port', 'nonsense']) {
    const { status, stderr } = spawnSync(path.join(build, 'tests/wire/app'), ['--port', '0'], { encoding: 'utf8', env: { ...process.env, REDIS_URL: url }, timeout: 10000 })
    assert.equal(status, 1, url)
    assert.match(stderr, /REDIS_URL/)
    assert.doesNotMatch(stderr, /topsecret/)
  }
})

test('an empty address is none', async () => {
  const alone = await start('tests/wire/app', [], { REDIS_URL: '' })
  const stream = await room(alone, '1')
  await send(alone, '1', 'hello')
  assert.deepEqual(await next(stream), message('hello'))
  await stream.close()
  await alone.stop()
})
