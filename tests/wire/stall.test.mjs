// A client that does not read: it costs a bounded number of bytes and delays nobody.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import net from 'node:net'
import { after, before, test } from 'node:test'
import { build, post, start, stats, subscribe, until } from './lib.mjs'

const MESSAGES = 1000
const BODY = 'x'.repeat(16 * 1024)
const sanitized = /asan|tsan/.test(build)

let server
before(async () => { server = await start() })
after(() => server.stop())

const rssKiB = () => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1])
const say = (roomId, body) => post(server.url,
  { query: 'mutation ($i: SendMessageInput!) { sendMessage(input: $i) { from } }', variables: { i: { roomId, from: 'a', body } } })

// Subscribes and never reads a byte.
function stalled(roomId) {
  return new Promise((resolve) => {
    const body = JSON.stringify({ query: `subscription { newMessage(roomId: "${roomId}") { body } }` })
    const socket = net.connect({ port: server.port, host: '127.0.0.1' })
    socket.pause()
    socket.on('error', () => {})
    socket.write(`POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      () => resolve(socket))
  })
}

test('a stalled subscriber is bounded, and the others get everything in time', { timeout: 120000 }, async () => {
  const reader = await subscribe(server, { query: 'subscription { newMessage(roomId: "s") { body } }' })
  const sockets = await Promise.all(Array.from({ length: 10 }, () => stalled('s')))
  await until(async () => (await stats(server)).newMessageActive === 11, 'all to be subscribed')
  for (let i = 0; i < 50; i++) { await say('warm', BODY) }
  const before = rssKiB()
  let most = 0
  for (let i = 0; i < MESSAGES; i++) {
    const sent = await say('s', `${i} ${BODY}`)
    assert.equal(sent.status, 200)
    const { event, data } = await reader.next()
    assert.equal(event, 'next')
    assert.equal(data.data.newMessage.body, `${i} ${BODY}`)
    if (i % 50 === 0) most = Math.max(most, (await stats(server)).queueBytes)
  }
  // Each may hold 1 MiB of waiting events and 256 KiB of output (docs/guide/limits.md), and then is ended.
  assert.ok(most <= 10 * (1024 + 256 + 64) * 1024, `${most} bytes queued`)
  const grown = rssKiB() - before
  assert.ok(sanitized || grown < 16 * 1024, `grew by ${grown} KiB`)
  sockets.forEach((socket) => socket.destroy())
  await reader.close()
  await until(async () => { const s = await stats(server); return s.newMessageActive === 0 && s.queueBytes === 0 && s.topics === 0 }, 'all to be gone')
})

test('who was too slow reads it as the last event', { timeout: 60000 }, async () => {
  const socket = await stalled('slow')
  await until(async () => (await stats(server)).newMessageActive === 1, 'the subscription')
  for (let i = 0; i < 400; i++) await say('slow', BODY)
  await until(async () => (await stats(server)).newMessageActive === 0, 'the subscription to be ended')
  const text = await new Promise((resolve) => {
    let read = ''
    socket.on('data', (d) => { read += d; if (read.endsWith('0\r\n\r\n')) resolve(read) })
    socket.resume()
  })
  assert.match(text, /"code":"CLIENT_TOO_SLOW"/)
  assert.match(text, /event: complete\ndata:\n\n/)
  socket.destroy()
})
