// Durable topics over the wire: ids, and going on after one, by hand and by the clients that people have.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { after, before, test } from 'node:test'
import { Client, fetchExchange } from '@urql/core'
import { EventSource } from 'eventsource'
import { createClient } from 'graphql-sse'
import { pipe, subscribe as listen } from 'wonka'
import { events, post, start, stats, subscribe, until } from './lib.mjs'

const DURABLE = { DURABLE_TOPICS: 'newMessage' }
const UNKNOWN = { event: 'next', data: { data: null, extensions: { gap: { reason: 'UNKNOWN_EVENT_ID' } } } }
const LISTEN = 'subscription ($roomId: ID!) { newMessage(roomId: $roomId) { body } }'

let server
before(async () => { server = await start('tests/wire/app', ['--durable-events', '100'], DURABLE) })
after(() => server.stop())

let rooms = 0
const newRoom = () => `room${rooms++}`

const body = (roomId, extensions) => ({ query: LISTEN, variables: { roomId }, ...(extensions && { extensions }) })
const bodyOf = ({ data }) => data.data.newMessage.body

// Sends `bodies` to the room, in order, several a request.
async function send(to, roomId, bodies) {
  for (let at = 0; at < bodies.length; at += 15) {
    const fields = bodies.slice(at, at + 15).map((text, i) =>
      `m${i}: sendMessage(input: { roomId: ${JSON.stringify(roomId)}, from: "a", body: ${JSON.stringify(text)} }) { from }`)
    const { json } = await post(to.url, { query: `mutation { ${fields.join(' ')} }` })
    assert.equal(json.errors, undefined)
  }
}

const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => String(from + i))

async function take(stream, count) {
  const taken = []
  while (taken.length < count) taken.push(await stream.next())
  return taken
}

// A room with two messages that somebody has got; gives their ids.
async function visited(to = server) {
  const roomId = newRoom()
  const stream = await subscribe(to, body(roomId))
  await send(to, roomId, numbers(1, 2))
  const ids = (await take(stream, 2)).map(({ id }) => id)
  await stream.close()
  return { roomId, ids }
}

test('each event has an id, and who names it goes on after it', async () => {
  const { roomId, ids } = await visited()
  assert.match(ids[0], /^[0-9a-f]{16}-0-1$/)
  assert.equal(ids[1], ids[0].replace(/1$/, '2'))
  await send(server, roomId, numbers(3, 5))
  for (const [id, from] of [[ids[1], 3], [ids[0], 2]]) {
    const stream = await subscribe(server, body(roomId), { 'last-event-id': id })
    assert.deepEqual((await take(stream, 6 - from)).map(bodyOf), numbers(from, 5))
    await stream.close()
  }
})

test('live events follow what was read, with ids that go on', async () => {
  const { roomId, ids } = await visited()
  await send(server, roomId, ['3'])
  const stream = await subscribe(server, body(roomId), { 'last-event-id': ids[1] })
  await stream.next()
  await send(server, roomId, ['4'])
  const four = await stream.next()
  assert.equal(bodyOf(four), '4')
  assert.equal(four.id, ids[0].replace(/1$/, '4'))
  await stream.close()
})

test('the raw bytes, by curl', async () => {
  const { roomId, ids } = await visited()
  const child = spawn('curl', ['-sN', server.url, '-H', 'content-type: application/json', '-H', 'accept: text/event-stream',
    '-H', `Last-Event-ID: ${ids[0]}`, '-d', JSON.stringify(body(roomId))])
  let text = ''
  child.stdout.on('data', (data) => (text += data))
  await until(() => text.includes('"2"'), 'the second message')
  child.kill()
  await once(child, 'exit')
  assert.equal(text, `:\n\nid: ${ids[1]}\nevent: next\ndata: {"data":{"newMessage":{"body":"2"}}}\n\n`)
})

test('extensions.lastEventId of a POST, for clients that cannot set a header', async () => {
  const { roomId, ids } = await visited()
  const stream = await subscribe(server, body(roomId, { lastEventId: ids[0] }))
  assert.equal(bodyOf(await stream.next()), '2')
  await stream.close()
})

test('a header is worth more than the extensions', async () => {
  const { roomId, ids } = await visited()
  const stream = await subscribe(server, body(roomId, { lastEventId: 'nonsense' }), { 'last-event-id': ids[0] })
  assert.equal(bodyOf(await stream.next()), '2')
  await stream.close()
})

test('extensions of a GET and null say nothing', async () => {
  const { roomId, ids } = await visited()
  const parameters = new URLSearchParams({
    query: LISTEN, variables: JSON.stringify({ roomId }), extensions: JSON.stringify({ lastEventId: ids[0] }),
  })
  const request = http.get(`${server.url}?${parameters}`, { agent: false, headers: { accept: 'text/event-stream' } })
  for (const stream of [await events(request), await subscribe(server, body(roomId, { lastEventId: null }))]) {
    await send(server, roomId, ['3'])
    assert.equal(bodyOf(await stream.next()), '3')
    await stream.close()
  }
})

for (const [what, id] of [['garbage', 'garbage'], ['an id of nobody', '0123456789abcdef-0-1'], ['no end of digits', `0123456789abcdef-0-${'9'.repeat(1000)}`]]) {
  test(`${what} is told at once, then comes what is new`, async () => {
    const { roomId } = await visited()
    const stream = await subscribe(server, body(roomId), { 'last-event-id': id })
    assert.deepEqual(await stream.next(), UNKNOWN)
    await send(server, roomId, ['3'])
    assert.equal(bodyOf(await stream.next()), '3')
    await stream.close()
  })
}

test('an extension that is no text is garbage', async () => {
  const { roomId } = await visited()
  for (const lastEventId of [7, {}, ['x']]) {
    const stream = await subscribe(server, body(roomId, { lastEventId }))
    assert.deepEqual(await stream.next(), UNKNOWN)
    await stream.close()
  }
})

test('an id of another topic', async () => {
  const { ids } = await visited()
  const { roomId } = await visited()
  const stream = await subscribe(server, body(roomId), { 'last-event-id': ids[0] })
  assert.deepEqual(await stream.next(), UNKNOWN)
  await send(server, roomId, ['3'])
  assert.equal(bodyOf(await stream.next()), '3')
  await stream.close()
})

test('too old: told, then what is kept', async () => {
  const { roomId, ids } = await visited()
  await send(server, roomId, numbers(3, 150))
  const stream = await subscribe(server, body(roomId), { 'last-event-id': ids[1] })
  assert.deepEqual(await stream.next(), UNKNOWN)
  assert.deepEqual((await take(stream, 100)).map(bodyOf), numbers(51, 150))
  await stream.close()
})

test('a process that was restarted has kept nothing, and knows that', async () => {
  const first = await start('tests/wire/app', [], DURABLE)
  const { roomId, ids } = await visited(first)
  await first.stop()
  const second = await start('tests/wire/app', [], DURABLE)
  await send(second, roomId, numbers(1, 2))
  const stream = await subscribe(second, body(roomId), { 'last-event-id': ids[0] })
  assert.deepEqual(await stream.next(), UNKNOWN)
  await send(second, roomId, ['3'])
  assert.equal(bodyOf(await stream.next()), '3')
  await stream.close()
  await second.stop()
})

test('topics that are not durable have no ids, and know of none', async () => {
  const plain = await start()
  const roomId = newRoom()
  const stream = await subscribe(plain, body(roomId), { 'last-event-id': '0123456789abcdef-0-1' })
  assert.deepEqual(await stream.next(), UNKNOWN)
  await send(plain, roomId, ['1'])
  assert.deepEqual(await stream.next(), { event: 'next', data: { data: { newMessage: { body: '1' } } } })
  await stream.close()
  await plain.stop()
})

test('multipart has no place for ids', async () => {
  const roomId = newRoom()
  const request = http.request(server.url, {
    method: 'POST', agent: false,
    headers: { 'content-type': 'application/json', accept: 'multipart/mixed; subscriptionSpec=1.0, application/json' },
  })
  request.end(JSON.stringify(body(roomId)))
  const [response] = await once(request, 'response')
  let text = ''
  response.setEncoding('utf8').on('data', (data) => (text += data)).on('error', () => {})
  await send(server, roomId, ['1'])
  await until(() => text.includes('"body":"1"'), 'the message')
  assert.ok(!text.includes('id:'), text)
  request.destroy()
})

test('the single connection mode has none either', async () => {
  const roomId = newRoom()
  const stream = `${server.url}/stream`
  const token = await (await fetch(stream, { method: 'PUT' })).text()
  const request = http.get(`${stream}?token=${token}`, { agent: false, headers: { accept: 'text/event-stream' } })
  const opened = await events(request)
  const { status } = await post(stream, body(roomId, { operationId: 'one' }), { 'x-graphql-event-stream-token': token })
  assert.equal(status, 202)
  await send(server, roomId, ['1'])
  const event = await opened.next()
  assert.equal(event.id, undefined)
  assert.equal(event.data.payload.data.newMessage.body, '1')
  await opened.close()
})

// All messages come, however many and however slowly they are read: nobody is too slow for a topic whose events can be read again.
test('a reader that stalls loses nothing', { timeout: 120000 }, async () => {
  const slow = await start('tests/wire/app', [], DURABLE)
  const roomId = newRoom()
  const request = http.request(slow.url, {
    method: 'POST', agent: false, headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  })
  request.end(JSON.stringify(body(roomId)))
  const [response] = await once(request, 'response')
  const filler = 'x'.repeat(2000)
  const count = 4000
  await send(slow, roomId, numbers(1, count).map((number) => `${number} ${filler}`))
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
  await send(slow, roomId, [`${count + 1} `])
  await until(() => got.length > count, 'one more')
  request.destroy()
  await slow.stop()
})

// ---- clients ----

// A port in front of the server whose connections can be cut.
async function proxy(port) {
  const open = new Set()
  const front = net.createServer((client) => {
    const back = net.connect(port, '127.0.0.1')
    for (const [a, b] of [[client, back], [back, client]]) {
      open.add(a)
      a.on('error', () => {}).on('close', () => { open.delete(a); b.destroy() })
      a.pipe(b)
    }
  }).listen(0, '127.0.0.1')
  await once(front, 'listening')
  return {
    port: front.address().port,
    cut: () => open.forEach((socket) => socket.destroy()),
    close: () => { open.forEach((socket) => socket.destroy()); front.close() },
  }
}

// `begin(url, roomId, onResult)` lets a client listen and gives a function that ends it. Its connection is cut, more is sent, and it
// comes again, twice.
async function cutTwice(begin) {
  const front = await proxy(server.port)
  const roomId = newRoom()
  const heard = []
  const listening = () => until(async () => (await stats(server)).subscriptions === 1, 'the client to listen', 30000)
  const end = begin(`http://127.0.0.1:${front.port}/graphql`, roomId, ({ data }) => heard.push(data.newMessage.body))
  await listening()
  await send(server, roomId, numbers(1, 3))
  await until(() => heard.length === 3, 'three messages')
  for (let round = 1; round <= 2; round++) {
    front.cut()
    await until(async () => (await stats(server)).subscriptions === 0, 'the server to notice')
    await send(server, roomId, numbers(heard.length + 1, heard.length + 4))
    await until(() => heard.length === 3 + 4 * round, 'what was sent meanwhile', 30000)
  }
  assert.deepEqual(heard, numbers(1, 11))
  end()
  await until(async () => (await stats(server)).subscriptions === 0, 'the end')
  front.close()
}

test('EventSource comes again by itself, and has missed nothing', { timeout: 60000 }, () => cutTwice((url, roomId, onResult) => {
  const parameters = new URLSearchParams({ query: LISTEN, variables: JSON.stringify({ roomId }) })
  const source = new EventSource(`${url}?${parameters}`)
  source.addEventListener('next', ({ data }) => onResult(JSON.parse(data)))
  return () => source.close()
}))

// Gives `onResult` each result of a subscription, and goes on after the last one when the connection was lost.
async function follow(url, body, onResult, signal) {
  let lastEventId
  while (!signal.aborted) {
    try {
      const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
      if (lastEventId) headers['last-event-id'] = lastEventId
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal })
      let text = ''
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        text += chunk
        for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
          const line = (name) => text.slice(0, end).split('\n').find((one) => one.startsWith(name))?.slice(name.length)
          lastEventId = line('id: ') ?? lastEventId
          if (line('event: ') === 'next') onResult(JSON.parse(line('data: ')))
          if (line('event: ') === 'complete') return
        }
      }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

test('fetch, by hand', { timeout: 60000 }, () => cutTwice((url, roomId, onResult) => {
  const controller = new AbortController()
  follow(url, body(roomId), onResult, controller.signal)
  return () => controller.abort()
}))

// A fetch() for graphql-sse, which does not know of ids: remembers the last one of each operation, and sends it when the client retries.
function resumingFetch() {
  const lastIds = new Map()
  return async (url, init) => {
    const id = lastIds.get(init.body)
    const response = await fetch(url, { ...init, headers: { ...init.headers, ...(id && { 'last-event-id': id }) } })
    const decoder = new TextDecoder()
    let text = ''
    const watch = new TransformStream({
      transform(chunk, out) {
        text += decoder.decode(chunk, { stream: true })
        for (let end; (end = text.indexOf('\n')) >= 0; text = text.slice(end + 1))
          if (text.startsWith('id: ')) lastIds.set(init.body, text.slice(4, end))
        out.enqueue(chunk)
      },
    })
    return new Response(response.body.pipeThrough(watch), response)
  }
}

test('graphql-sse comes again, with a fetch that knows of ids', { timeout: 60000 }, () => cutTwice((url, roomId, onResult) => {
  const client = createClient({ url, fetchFn: resumingFetch(), retryAttempts: 100, retry: () => new Promise((resolve) => setTimeout(resolve, 100)) })
  const stop = client.subscribe(body(roomId), { next: onResult, error: assert.fail, complete() {} })
  return () => { stop(); client.dispose() }
}))

test('graphql-sse is not disturbed by ids', async () => {
  const client = createClient({ url: server.url, retryAttempts: 0 })
  const roomId = newRoom()
  const heard = []
  const stop = client.subscribe({ query: LISTEN, variables: { roomId } }, { next: (result) => heard.push(result), error: assert.fail, complete() {} })
  await until(async () => (await stats(server)).subscriptions === 1, 'the subscription')
  await send(server, roomId, numbers(1, 2))
  await until(() => heard.length === 2, 'two messages')
  assert.deepEqual(heard, numbers(1, 2).map((number) => ({ data: { newMessage: { body: number } } })))
  stop()
  client.dispose()
  await until(async () => (await stats(server)).subscriptions === 0, 'the end')
})

test('graphql-sse goes on by the extensions', async () => {
  const { roomId, ids } = await visited()
  const client = createClient({ url: server.url, retryAttempts: 0 })
  const heard = []
  const stop = client.subscribe({ query: LISTEN, variables: { roomId }, extensions: { lastEventId: ids[0] } },
    { next: (result) => heard.push(result), error: assert.fail, complete() {} })
  await until(() => heard.length === 1, 'the second message')
  assert.deepEqual(heard, [{ data: { newMessage: { body: '2' } } }])
  stop()
  client.dispose()
  await until(async () => (await stats(server)).subscriptions === 0, 'the end')
})

test('urql is not disturbed by ids', async () => {
  const client = new Client({ url: server.url, exchanges: [fetchExchange], fetchSubscriptions: true, preferGetMethod: false })
  const roomId = newRoom()
  const heard = []
  const { unsubscribe } = pipe(client.subscription(LISTEN, { roomId }), listen((result) => heard.push(result.data?.newMessage.body)))
  await until(async () => (await stats(server)).subscriptions === 1, 'the subscription')
  await send(server, roomId, numbers(1, 2))
  await until(() => heard.length === 2, 'two messages')
  assert.deepEqual(heard, numbers(1, 2))
  unsubscribe()
  await until(async () => (await stats(server)).subscriptions === 0, 'the end')
})
