// Clients that come and go at random moments leave nothing behind.
import assert from 'node:assert/strict'
import net from 'node:net'
import { after, before, test } from 'node:test'
import { raw, start, stats, until } from './lib.mjs'

const CLIENTS = 10000
const AT_ONCE = 100

let server
before(async () => { server = await start('tests/wire/app', ['--tick-ms', '5']) })
after(() => server.stop())

// A small generator with a seed, so that a failing run can be repeated: SEED=… node --test
const seed = Number(process.env.SEED ?? Date.now() % 1e9)
let state = seed
const random = (below) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}

const request = (query) => {
  const body = JSON.stringify({ query })
  return `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}
const operations = [
  () => 'subscription { countdown(from: 1000000, interval: 1) }',
  () => `subscription { countdown(from: ${random(4)}, interval: 1) }`,
  () => `subscription { newMessage(roomId: "${random(50)}") { from body } }`,
  () => 'subscription { faulty }',
  () => '{ slowField(waitFor: 50) fastField }',
  () => 'subscription { nope }',
]

// Connects, sends the request or a part of it, reads so many bytes or waits so long, and goes, by FIN or by RST.
function client() {
  return new Promise((resolve) => {
    const text = request(operations[random(operations.length)]())
    const part = random(8) === 0 ? text.slice(0, random(text.length)) : text
    const enough = [0, 1, 200, 300, 400][random(5)]
    const leave = random(3)
    const socket = net.connect(server.port, '127.0.0.1')
    let read = 0
    const go = () => { if (leave === 0) socket.resetAndDestroy(); else if (leave === 1) socket.destroy(); else socket.end() }
    socket.setTimeout(1 + random(40), go)
    socket.on('connect', () => { socket.write(part); if (!enough || part !== text) go() })
    socket.on('data', (d) => { read += d.length; if (read >= enough) go() })
    // Some of the operations end before so much was read.
    socket.on('data', (d) => { if (d.includes('complete')) go() })
    socket.on('error', () => {})
    socket.on('close', resolve)
  })
}

test(`${CLIENTS} clients come and go (seed ${seed})`, { timeout: 240000 }, async () => {
  let left = CLIENTS
  await Promise.all(Array.from({ length: AT_ONCE }, async () => { while (left-- > 0) await client() }))
  const gone = await until(async () => {
    const now = await stats(server)
    const open = ['newMessageActive', 'countdownActive', 'faultyActive', 'streams', 'subscriptions', 'topics', 'runs', 'promises', 'queueBytes']
    return open.every((name) => now[name] === 0) && now.connections <= 2 && now
  }, 'everything to be gone').catch(async (error) => { throw new Error(`${error.message}: ${JSON.stringify(await stats(server))}`) })
  assert.ok(gone.countdownOpened > CLIENTS / 10, 'enough of them were countdowns')
  assert.ok(gone.newMessageOpened > CLIENTS / 20, 'and chats')
})

test('it still serves', async () => {
  const { text } = await raw(server, request('{ fastField }'), (t) => t.includes('complete'))
  assert.match(text, /I am fast/)
})
