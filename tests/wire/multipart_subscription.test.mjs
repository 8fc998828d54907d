// Apollo's protocol for subscriptions over multipart/mixed, byte for byte.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CLOSING, OPENING, rawPart } from './incremental.mjs'
import { raw, start, stats, until } from './lib.mjs'

let server
before(async () => { server = await start('tests/wire/app', ['--tick-ms', '20']) })
after(() => server.stop())

const ACCEPT = 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json'

const request = (query, accept = ACCEPT) => {
  const body = JSON.stringify({ query })
  return `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: ${accept}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
const part = (payload) => rawPart(JSON.stringify(payload))
const over = (text) => text.endsWith('\r\n0\r\n\r\n')

// The head and the body, still in chunks, of the answer to `query`. Text is as on the wire: bytes in latin1.
async function ask(query, done = over, target = server) {
  const { text } = await raw(target, request(query), done)
  const at = text.indexOf('\r\n\r\n')
  return { head: text.slice(0, at).toLowerCase(), body: Buffer.from(text.slice(at + 4), 'latin1').toString() }
}

test('payloads, and the closing delimiter', async () => {
  const { head, body } = await ask('subscription { countdown(from: 3, interval: 1) }')
  assert.match(head, /^http\/1\.1 200 ok\r\n/)
  assert.match(head, /\r\ncontent-type: multipart\/mixed; ?boundary="-"/)
  assert.match(head, /\r\ncache-control: no-cache, no-transform\r\n/)
  assert.match(head, /\r\nx-accel-buffering: no\r\n/)
  assert.equal(body, OPENING + [2, 1, 0].map((countdown) => part({ payload: { data: { countdown } } })).join('') + CLOSING)
})

test('content-length counts bytes', async () => {
  const listener = raw(server, request('subscription { newMessage(roomId: "m") { body } }'), (text) => text.includes('"body"') && text.endsWith('---\r\n'))
  await until(async () => (await stats(server)).newMessageActive === 1, 'the listener')
  await raw(server, request('mutation { sendMessage(input: {roomId: "m", from: "ü", body: "ü😀"}) { body } }', 'application/json'), (text) => text.includes('}}'))
  const { text } = await listener
  assert.ok(Buffer.from(text, 'latin1').toString().endsWith(part({ payload: { data: { newMessage: { body: 'ü😀' } } } })))
})

test('a source that fails: the error in its payload, then the end', async () => {
  const { body } = await ask('subscription { faulty }')
  const error = { message: 'Something went wrong.', locations: [{ line: 1, column: 1 }], extensions: { code: 'INTERNAL_SERVER_ERROR' } }
  assert.equal(body, OPENING + part({ payload: { data: { faulty: 1 } } }) + part({ payload: { data: { faulty: 2 } } }) + part({ payload: { errors: [error] } }) + CLOSING)
})

test('a subscription that cannot be opened', async () => {
  const { body } = await ask('subscription { faultyAtStart }')
  const error = { message: 'Something went wrong.', locations: [{ line: 1, column: 16 }], path: ['faultyAtStart'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }
  assert.equal(body, OPENING + part({ payload: { errors: [error] } }) + CLOSING)
})

test('a document that is not valid is answered as JSON', async () => {
  const { head, body } = await ask('subscription { nope }', (text) => text.endsWith('}]}'))
  assert.match(head, /\r\ncontent-type: application\/json/)
  assert.equal(JSON.parse(body).errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED')
})

test('a query is answered as JSON', async () => {
  const { head, body } = await ask('{ fastField }', (text) => text.endsWith('}}'))
  assert.match(head, /\r\ncontent-type: application\/json/)
  assert.equal(body, '{"data":{"fastField":"I am fast"}}')
})

test('without subscriptionSpec multipart is no answer to a subscription', async () => {
  const { text } = await raw(server, request('subscription { countdown(from: 3, interval: 1) }', 'multipart/mixed'), (t) => t.includes('\r\n\r\n'))
  assert.match(text, /^HTTP\/1\.1 406 /)
})

test('an empty object tells that a silent stream is alive', async () => {
  const beating = await start('tests/wire/app', ['--heartbeat-ms', '30'])
  const { body } = await ask('subscription { newMessage(roomId: "quiet") { body } }', (text) => text.split('{}').length === 3 && text.endsWith('---\r\n'), beating)
  assert.equal(body, OPENING + part({}) + part({}))
  await beating.stop()
})

test('a stopping server ends the body without the closing delimiter', async () => {
  const stopping = await start()
  const stream = ask('subscription { newMessage(roomId: "1") { body } }', over, stopping)
  await until(async () => (await stats(stopping)).newMessageActive === 1, 'the listener')
  await stopping.stop()
  assert.equal((await stream).body, `${OPENING}0\r\n\r\n`)
})

test('who leaves ends the source', async () => {
  await raw(server, request('subscription { countdown(from: 1000000, interval: 1) }'), (text) => text.includes('999998'))
  await until(async () => (await stats(server)).countdownActive === 0, 'the countdown to end')
})
