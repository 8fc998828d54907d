// The single connection mode of graphql-sse: many operations, one event stream, wherever the requests land.
import assert from 'node:assert/strict'
import http from 'node:http'
import net from 'node:net'
import { after, afterEach, before, test } from 'node:test'
import { createClient } from 'graphql-sse'
import { testClient } from './clients.mjs'
import { events, post, raw, start, stats, subscribe, until, workers } from './lib.mjs'

const TOKEN = 'x-graphql-event-stream-token'

let server
before(async () => { server = await start('tests/wire/app', ['--tick-ms', '20']) })
after(() => server.stop())

// A request to the stream's endpoint on a connection of its own, so that it may land on any worker.
function send(method, { token, query = '', headers = {}, body, at = server } = {}) {
  return new Promise((resolve, reject) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const request = http.request(`${at.url}/stream${query}`, {
      method, agent: false,
      headers: { ...(token && { [TOKEN]: token }), ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }), ...headers },
    }, (response) => {
      let answer = ''
      response.setEncoding('utf8')
      response.on('data', (data) => (answer += data))
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text: answer }))
    })
    request.on('error', reject)
    request.end(text)
  })
}

const message = ({ text }) => JSON.parse(text).errors[0].message

async function reserve(at = server) {
  const { status, text } = await send('PUT', { at })
  assert.equal(status, 201)
  return text
}

const opened = []
function open(token, at = server) {
  const request = http.request(`${at.url}/stream`, { agent: false, headers: { accept: 'text/event-stream', [TOKEN]: token } })
  request.end()
  opened.push(request)
  return events(request)
}
// So that a test that fails fails alone.
afterEach(() => opened.splice(0).forEach((request) => request.destroy()))

const begin = (token, id, query, variables, at = server) => send('POST', { token, at, body: { query, variables, extensions: { operationId: id } } })

async function accepted(...args) {
  const { status, text } = await begin(...args)
  assert.equal(status, 202, text)
  assert.equal(text, '')
}

const COUNTDOWN = 'subscription ($from: Int!) { countdown(from: $from, interval: 1) }'
const LISTEN = 'subscription ($roomId: ID!) { newMessage(roomId: $roomId) { body } }'
const say = (roomId, body) => post(server.url,
  { query: 'mutation ($i: SendMessageInput!) { sendMessage(input: $i) { from } }', variables: { i: { roomId, from: 'a', body } } })
const OPEN = ['countdownActive', 'newMessageActive', 'streams', 'subscriptions', 'topics', 'runs', 'promises', 'queueBytes']
const gone = (at = server) => until(async () => { const now = await stats(at); return OPEN.every((name) => now[name] === 0) }, 'everything to be gone')
  .catch(async (error) => { throw new Error(`${error.message}: ${JSON.stringify(await stats(at))}`) })

test('a token is plain text, not to be kept by any cache', async () => {
  const { status, headers, text } = await send('PUT')
  assert.equal(status, 201)
  assert.equal(headers['content-type'], 'text/plain; charset=utf-8')
  assert.equal(headers['cache-control'], 'no-store')
  assert.match(text, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  assert.notEqual(text, await reserve())
})

test('the stream byte for byte', async () => {
  const token = await reserve()
  await accepted(token, 'a"1', '{ fastField }')
  const { text } = await raw(server, `GET /graphql/stream?token=${token} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n`,
    (t) => t.includes('event: complete'))
  const [head, body] = text.split('\r\n\r\n', 1).concat(text.slice(text.indexOf('\r\n\r\n') + 4))
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n/)
  assert.match(head, /\r\ncontent-type: text\/event-stream; charset=utf-8\r\n/)
  assert.match(head, /\r\ncache-control: no-cache, no-transform\r\n/)
  assert.match(head, /\r\nx-accel-buffering: no\r\n/)
  const next = 'event: next\ndata: {"id":"a\\"1","payload":{"data":{"fastField":"I am fast"}}}\n\n'
  const complete = 'event: complete\ndata: {"id":"a\\"1"}\n\n'
  assert.equal(body, [':\n\n', next, complete].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join(''))
  await gone()
})

test('queries, mutations and subscriptions share one stream', async () => {
  const token = await reserve()
  const stream = await open(token)
  await accepted(token, 'down', COUNTDOWN, { from: 3 })
  await accepted(token, 'room', LISTEN, { roomId: 'shared' })
  await accepted(token, 'say', 'mutation ($i: SendMessageInput!) { sendMessage(input: $i) { body } }', { i: { roomId: 'shared', from: 'a', body: 'hello' } })
  const heard = {}
  for (let completed = 0; completed < 2 || !heard.room;) {
    const { event, data: { id, payload } } = await stream.next()
    heard[id] = [...(heard[id] ?? []), event === 'next' ? payload.data : event]
    completed += event === 'complete'
  }
  assert.deepEqual(heard.down, [{ countdown: 2 }, { countdown: 1 }, { countdown: 0 }, 'complete'])
  assert.deepEqual(heard.say, [{ sendMessage: { body: 'hello' } }, 'complete'])
  assert.deepEqual(heard.room, [{ newMessage: { body: 'hello' } }])
  await stream.close()
  await gone()
})

test('an operation can be asked for by GET, but no mutation', async () => {
  const token = await reserve()
  const stream = await open(token)
  const query = (text) => `?query=${encodeURIComponent(text)}&extensions=${encodeURIComponent('{"operationId":"get"}')}&token=${token}`
  assert.equal((await send('GET', { query: query('{ fastField }') })).status, 202)
  assert.deepEqual((await stream.next()).data, { id: 'get', payload: { data: { fastField: 'I am fast' } } })
  assert.deepEqual(await stream.next(), { event: 'complete', data: { id: 'get' } })
  const refused = await send('GET', { query: query('mutation { invalidate(keys: []) }') })
  assert.equal(refused.status, 405)
  assert.equal(refused.headers.allow, 'POST')
  await stream.close()
})

test('what fails before it is executed is 400, with its own message, and leaves nothing', async () => {
  const token = await reserve()
  const stream = await open(token)
  for (const [body, expected] of [
    [{ query: '{ nope }' }, /^Cannot query field "nope" on type "Query"\.$/],
    [{ query: '{ nope' }, /^Syntax Error: Expected Name, found <EOF>\.$/],
    [{ query: COUNTDOWN }, /^Variable "\$from" has invalid value/],
    [{ query: '{ fastField }', operationName: 'other' }, /^Unknown operation named "other"\.$/],
    [{}, /^Must provide query string\.$/],
    [{ query: 1 }, /query/],
  ]) {
    const answer = await send('POST', { token, body: { ...body, extensions: { operationId: 'same' } } })
    assert.equal(answer.status, 400, answer.text)
    assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
    assert.match(message(answer), expected)
  }
  assert.equal((await send('POST', { token, body: '{"query":' })).status, 400)
  assert.equal((await send('POST', { token, body: '{}', headers: { 'content-type': 'text/plain' } })).status, 415)
  await accepted(token, 'same', '{ fastField }')
  assert.equal((await stream.next()).data.id, 'same')
  await stream.close()
  await gone()
})

test('operations need an id that is not in use', async () => {
  const token = await reserve()
  const stream = await open(token)
  for (const extensions of [undefined, {}, { operationId: '' }, { operationId: null }]) {
    const answer = await send('POST', { token, body: { query: '{ fastField }', extensions } })
    assert.equal(answer.status, 400)
    assert.equal(message(answer), 'Operation ID is missing')
  }
  for (const operationId of [5, ['a'], 'x'.repeat(257)])
    assert.equal((await send('POST', { token, body: { query: '{ fastField }', extensions: { operationId } } })).status, 400)
  await accepted(token, 'one', COUNTDOWN, { from: 1000000 })
  const again = await begin(token, 'one', '{ fastField }')
  assert.equal(again.status, 409)
  assert.equal(message(again), 'Operation with ID already exists')
  await stream.close()
  await gone()
})

test('DELETE stops one operation, and frees what it held', async () => {
  const token = await reserve()
  const stream = await open(token)
  await accepted(token, 'x', COUNTDOWN, { from: 1000000 })
  await accepted(token, 'y', COUNTDOWN, { from: 1000000 })
  await accepted(token, 'z', '{ slowField(waitFor: 60000) }')
  const other = await reserve()
  assert.equal((await send('DELETE', { token: other, query: '?operationId=x' })).status, 200, 'of another stream: there is none')
  assert.equal((await stats(server)).countdownActive, 2)
  for (const id of ['x', 'z']) {
    const { status, text } = await send('DELETE', { token, query: `?operationId=${id}` })
    assert.equal(status, 200)
    assert.equal(text, '')
  }
  await until(async () => { const now = await stats(server); return now.countdownActive === 1 && now.promises === 0 }, 'two of three to be gone')
  const completed = []
  while (completed.length < 2) {
    const { event, data } = await stream.next()
    if (event === 'complete') completed.push(data.id)
    else assert.ok(!completed.includes(data.id), 'complete is the last one')
  }
  assert.deepEqual(completed, ['x', 'z'])
  assert.equal((await stream.next()).data.id, 'y')
  await accepted(token, 'x', '{ fastField }')
  assert.equal((await send('DELETE', { token, query: '?operationId=unknown' })).status, 200)
  assert.equal(message(await send('DELETE', { token })), 'Operation ID is missing')
  await stream.close()
  await gone()
})

test('one stream for a token', async () => {
  const token = await reserve()
  const stream = await open(token)
  const second = await send('GET', { token, headers: { accept: 'text/event-stream' } })
  assert.equal(second.status, 409)
  assert.equal(message(second), 'Stream already open')
  const put = await send('PUT', { token })
  assert.equal(put.status, 409)
  assert.equal(message(put), 'Stream already registered')
  await stream.close()
})

test('a token that is unknown, or none, is 404', async () => {
  for (const token of [undefined, 'nope', '00000000-0000-0000-0000-000000000000', 'x'.repeat(4000)]) {
    for (const answer of [await begin(token, 'a', '{ fastField }'), await send('DELETE', { token, query: '?operationId=a' }), await send('GET', { token })]) {
      assert.equal(answer.status, 404)
      assert.equal(message(answer), 'Stream not found')
    }
  }
})

test('methods and types', async () => {
  const token = await reserve()
  assert.equal((await send('PUT', { headers: { accept: 'application/json' } })).status, 406)
  assert.equal((await send('PUT', { headers: { accept: 'text/plain;q=0, image/png' } })).status, 406)
  assert.equal((await send('PUT', { headers: { accept: 'application/json, text/plain;q=0.5' } })).status, 201)
  assert.equal((await send('GET', { token, headers: { accept: 'application/json' } })).status, 406)
  const patch = await send('PATCH', { token })
  assert.equal(patch.status, 405)
  assert.equal(patch.headers.allow, 'GET, POST, PUT, DELETE')
  const options = await send('OPTIONS')
  assert.equal(options.status, 204)
})

test('a client that goes takes its token and all operations along, on every worker', async () => {
  for (let round = 0; round < 5; round++) {
    const token = await reserve()
    const stream = await open(token)
    for (let i = 0; i < 8; i++) await accepted(token, `down ${i}`, COUNTDOWN, { from: 1000000 })
    await accepted(token, 'room', LISTEN, { roomId: 'left' })
    await accepted(token, 'slow', '{ slowField(waitFor: 60000) }')
    await stream.next()
    await stream.close()
    await gone()
    assert.equal((await begin(token, 'z', '{ fastField }')).status, 404)
  }
})

test('a stream that nobody reads holds up its operations, and nobody else', async () => {
  const token = await reserve()
  const socket = net.connect({ port: server.port, host: '127.0.0.1' })
  socket.pause()
  socket.on('error', () => {})
  socket.write(`GET /graphql/stream?token=${token} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n`)
  await until(async () => (await stats(server)).streams === 1, 'the stream')
  await accepted(token, 'room', LISTEN, { roomId: 'stalled' })
  const reader = await subscribe(server, { query: 'subscription { newMessage(roomId: "stalled") { body } }' })
  await until(async () => (await stats(server)).newMessageActive === 2, 'both to listen')
  const body = 'x'.repeat(16 * 1024)
  let most = 0
  for (let i = 0; i < 300; i++) {
    await say('stalled', `${i} ${body}`)
    assert.equal((await reader.next()).data.data.newMessage.body, `${i} ${body}`)
    if (i % 20 === 0) most = Math.max(most, (await stats(server)).queueBytes)
  }
  // 1 MiB of waiting events, 256 KiB of output, one more result (docs/guide/limits.md).
  assert.ok(most <= (1024 + 256 + 64) * 1024, `${most} bytes queued`)
  const refused = await begin(token, 'more', '{ fastField }')
  assert.equal(refused.status, 429)
  assert.match(message(refused), /wait for this stream to be read/)
  socket.destroy()
  await reader.close()
  await gone()
})

test('one that reads again gets everything in order', async () => {
  const token = await reserve()
  const stream = await open(token)
  await accepted(token, 'fast', 'subscription { countdown(from: 200, interval: 1) }')
  for (let i = 199; i >= 0; i--) assert.equal((await stream.next()).data.payload.data.countdown, i)
  assert.equal((await stream.next()).event, 'complete')
  await stream.close()
})

test('limits: reservations, operations on a stream, waiting for the stream', async () => {
  const small = await start('tests/wire/app', ['--reservations-max', '2', '--stream-operations-max', '2', '--reservation-wait-ms', '300'])
  const token = await reserve(small)
  const stream = await open(token, small)
  await accepted(token, 'a', LISTEN, { roomId: 'a' }, small)
  await accepted(token, 'b', LISTEN, { roomId: 'b' }, small)
  const third = await begin(token, 'c', '{ fastField }', undefined, small)
  assert.equal(third.status, 429)
  assert.match(message(third), /Too many operations/)
  const waiting = await reserve(small)
  const refused = await send('PUT', { at: small })
  assert.equal(refused.status, 503)
  assert.equal(refused.headers['retry-after'], '1')
  await accepted(waiting, 'early', LISTEN, { roomId: 'early' }, small)
  await until(async () => (await stats(small)).newMessageActive === 2, 'the one without a stream to be given up')
  assert.equal((await begin(waiting, 'late', '{ fastField }', undefined, small)).status, 404)
  assert.equal((await begin(token, 'c', '{ fastField }', undefined, small)).status, 429, 'an open one lasts')
  await reserve(small)
  await stream.close()
  await gone(small)
  await reserve(small)
  await small.stop()
})

test('0 reservations switch it off', async () => {
  const off = await start('tests/wire/app', ['--reservations-max', '0'])
  assert.equal((await send('PUT', { at: off })).status, 404)
  await off.stop()
})

test('a server that stops ends its streams without complete', async () => {
  const stopping = await start('tests/wire/app', ['--tick-ms', '20'])
  const streams = []
  for (let i = 0; i < 4; i++) {
    const token = await reserve(stopping)
    streams.push(await open(token, stopping))
    for (let j = 0; j < 4; j++) await accepted(token, `${j}`, COUNTDOWN, { from: 1000000 }, stopping)
    await accepted(token, 'slow', '{ slowField(waitFor: 60000) }', undefined, stopping)
  }
  const waiting = await reserve(stopping)
  await accepted(waiting, 'early', COUNTDOWN, { from: 1000000 }, stopping)
  await stopping.stop()
  for (const stream of streams) {
    let event
    while (event !== 'end') {
      ({ event } = await stream.next())
      assert.notEqual(event, 'complete')
    }
  }
})

test('a silent stream is told to be alive', async () => {
  const beating = await start('tests/wire/app', ['--heartbeat-ms', '50'])
  const token = await reserve(beating)
  const { text } = await raw(beating, `GET /graphql/stream?token=${token} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n`,
    (t) => t.split('3\r\n:\n\n\r\n').length > 3)
  assert.match(text, /(3\r\n:\n\n\r\n){3}/)
  await beating.stop()
})

test('many clients come and go', { timeout: 120000 }, async () => {
  let left = 200
  await Promise.all(Array.from({ length: 10 }, async () => {
    while (left-- > 0) {
      const token = await reserve()
      const opening = open(token)
      await Promise.all([0, 1, 2].map((i) => begin(token, `${i}`, i === 1 ? '{ slowField(waitFor: 5) }' : COUNTDOWN, i === 1 ? undefined : { from: left % 7 ? 3 : 1000000 })))
      const stream = await opening
      if (left % 3) await stream.next()
      if (left % 2) await send('DELETE', { token, query: '?operationId=0' })
      await stream.close()
    }
  }))
  await gone()
})

test('without a token, who names an event stream gets one of its own', async () => {
  const stream = await subscribe({ url: `${server.url}/stream` }, { query: 'subscription { countdown(from: 2, interval: 1) }' })
  assert.deepEqual((await stream.next()).data, { data: { countdown: 1 } })
  const invalid = await subscribe({ url: `${server.url}/stream` }, { query: '{ nope }' })
  assert.equal(invalid.status, 200)
  assert.match((await invalid.next()).data.errors[0].message, /^Cannot query field/)
  await stream.close()
})

// A request that was refused is an error of the network to this client. It has the answer, of which only that can be read which was read
// before the client gave up the request.
async function fetchWhole(url, init) {
  const response = await fetch(url, init)
  return response.status === 400 ? new Response(await response.text(), response) : response
}

async function resultOf(reason) {
  if (!reason?.response) throw reason
  return reason.response.json()
}

function connect(url) {
  const client = createClient({ url: `${url}/stream`, singleConnection: true, retryAttempts: 0, fetchFn: fetchWhole })
  const listen = (query, variables, sink) => client.subscribe({ query, variables }, sink)

  return {
    listen,
    run(query, variables) {
      let stop
      const promise = new Promise((resolve, reject) => {
        let result
        stop = listen(query, variables, { next: (r) => { result = r }, error: reject, complete: () => resolve(result) })
      }).catch(resultOf)
      return { promise, cancel: stop }
    },
    close: () => client.dispose(),
  }
}

testClient(`graphql-sse, single connection, ${workers} workers`, connect)
