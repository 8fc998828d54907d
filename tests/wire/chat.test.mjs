// The chat: what is said in a room arrives there and nowhere else, through real clients.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { EventSource } from 'eventsource'
import { createClient } from 'graphql-sse'
import { post, start, subscribe } from './lib.mjs'

let server
before(async () => { server = await start() })
after(() => server.stop())

const LISTEN = 'subscription Listen($roomId: ID!) { newMessage(roomId: $roomId) { from body } }'
const SEND = 'mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { from body } }'
const say = (roomId, body, from = 'ann') => post(server.url, { query: SEND, variables: { input: { roomId, from, body } } })
const listen = (roomId) => subscribe(server, { query: LISTEN, variables: { roomId } })
const message = ({ event, data }) => { assert.equal(event, 'next'); return data.data.newMessage }

test('a message reaches its room and no other', async () => {
  const one = await listen('1'), two = await listen('2')
  const sent = await say('1', 'hello')
  assert.deepEqual(sent.json, { data: { sendMessage: { from: 'ann', body: 'hello' } } })
  assert.deepEqual(message(await one.next()), { from: 'ann', body: 'hello' })
  // What room 2 receives next is what is said there next: nothing came in between.
  await say('2', 'for two')
  assert.equal(message(await two.next()).body, 'for two')
  assert.equal(two.received(), 0)
  await one.close()
  await two.close()
})

test('the three curl commands of the README', async () => {
  const json = ['-H', 'content-type: application/json']
  const listener = spawn('curl', ['-sN', server.url, ...json, '-H', 'accept: text/event-stream',
    '-d', '{"query":"subscription { newMessage(roomId: \\"curl\\") { from body } }"}'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  listener.stdout.on('data', (d) => (text += d))
  await once(listener.stdout, 'data')
  const { stdout } = await promisify(execFile)('curl', ['-s', server.url, ...json,
    '-d', '{"query":"mutation { sendMessage(input: {roomId: \\"curl\\", from: \\"ann\\", body: \\"hello\\"}) { body } }"}'])
  assert.equal(stdout, '{"data":{"sendMessage":{"body":"hello"}}}')
  while (!text.includes('event: next')) await once(listener.stdout, 'data')
  assert.equal(text, ':\n\nevent: next\ndata: {"data":{"newMessage":{"from":"ann","body":"hello"}}}\n\n')
  listener.kill()
})

test('room ids are plain text: no pattern, no prefix matches another', async () => {
  const ids = ['r', 'r0', 'r:1', 'r*', 'r x', 'ré😀', '*', 'r\n', '?', '']
  const streams = await Promise.all(ids.map(listen))
  for (const id of ids) await say(id, `to ${id}`)
  for (const [i, stream] of streams.entries()) {
    assert.equal(message(await stream.next()).body, `to ${ids[i]}`)
    assert.equal(stream.received(), 0)
    await stream.close()
  }
})

test('a room id written as a number is the same room', async () => {
  const stream = await subscribe(server, { query: 'subscription { newMessage(roomId: 4711) { body } }' })
  await say('4711', 'by number')
  assert.equal(message(await stream.next()).body, 'by number')
  await stream.close()
})

test('aliases, fragments and __typename in a subscription', async () => {
  const stream = await subscribe(server,
    { query: 'subscription { m: newMessage(roomId: "a") { ...X t: __typename } } fragment X on Message { b: body }' })
  await say('a', 'hi')
  assert.deepEqual((await stream.next()).data, { data: { m: { b: 'hi', t: 'Message' } } })
  await stream.close()
})

test('200 messages arrive all and in order at each of 10 listeners', async () => {
  const streams = await Promise.all(Array.from({ length: 10 }, () => listen('many')))
  for (let i = 0; i < 200; i++) await say('many', `m${i}`)
  for (const stream of streams) {
    for (let i = 0; i < 200; i++) assert.equal(message(await stream.next()).body, `m${i}`)
    await stream.close()
  }
})

test('line breaks, quotes, emoji and NUL stay one event', async () => {
  const stream = await listen('odd')
  const body = 'a\nb\r\nc\rd\u2028e\u2029f "q" \\ data: x\n\nevent: complete\ndata:\n\n😀\u0000'
  await say('odd', body)
  assert.equal(message(await stream.next()).body, body)
  await stream.close()
})

test('who listens later gets nothing old', async () => {
  await say('late', 'old')
  const stream = await listen('late')
  await say('late', 'new')
  assert.equal(message(await stream.next()).body, 'new')
  await stream.close()
})

test('graphql-sse: a message reaches its client', async () => {
  const client = createClient({ url: server.url, retryAttempts: 0 })
  const results = client.iterate({ query: LISTEN, variables: { roomId: 'sse' } })
  const first = results.next()
  // graphql-sse does not tell when its stream is live: say it until it is heard.
  let heard = false
  first.then(() => { heard = true })
  while (!heard) { await say('sse', 'hello sse'); await new Promise((r) => setImmediate(r)) }
  assert.equal((await first).value.data.newMessage.body, 'hello sse')
  await results.return()
  client.dispose()
})

test('EventSource: a message reaches its listener', async () => {
  const source = new EventSource(`${server.url}?query=${encodeURIComponent('subscription { newMessage(roomId: "es") { body } }')}`)
  await new Promise((resolve) => { source.onopen = resolve })
  const next = new Promise((resolve) => source.addEventListener('next', resolve))
  await say('es', 'hello source')
  assert.deepEqual(JSON.parse((await next).data), { data: { newMessage: { body: 'hello source' } } })
  source.close()
})
