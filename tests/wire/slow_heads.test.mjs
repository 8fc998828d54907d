// Thousands of clients that send a byte a second cost nobody else anything: they hold no thread and no buffer, and go when their time is over.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { after, before, test } from 'node:test'
import { raw, start, until } from './lib.mjs'

const HEADS = 2000
const BODIES = 200
const WORK_MS = 5000
const HEAD_TIMEOUT_MS = 8000
const BODY_TIMEOUT_MS = 3000
const MEDIAN_MAX_MS = 10

let server
before(async () => { server = await start('tests/wire/app', ['--head-timeout-ms', String(HEAD_TIMEOUT_MS), '--body-timeout-ms', String(BODY_TIMEOUT_MS)]) })
after(() => server.stop())

const HEAD = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

// Clients that have sent `text` and go on with a byte of `rest` a second, never in the same moment; what each of them reads until its end.
async function slow(count, text, rest) {
  const clients = []
  for (let i = 0; i < count; i++) {
    const socket = net.connect({ port: server.port, host: '127.0.0.1' }).setNoDelay()
    const client = { socket, sent: 0, begun: Date.now(), text: '', reset: false }
    clients.push(client)
    socket.on('data', (data) => { client.text += data })
    socket.on('error', () => { client.reset = true })
    client.ended = once(socket, 'close').then(() => { client.lasted = Date.now() - client.begun })
    socket.write(text)
    if (i % 100 === 99) await once(socket, 'connect')
  }
  const turns = 20
  let turn = 0
  const timer = setInterval(() => {
    for (let i = turn++ % turns; i < count; i += turns) {
      const { socket, sent } = clients[i]
      if (!socket.destroyed && socket.writable && !clients[i].text) socket.write(rest[sent % rest.length])
      clients[i].sent++
    }
  }, 1000 / turns)
  return { clients, ended: Promise.all(clients.map(({ ended }) => ended)).finally(() => clearInterval(timer)) }
}

// Milliseconds of each request of a client that asks again as soon as it has been answered.
async function latencies(ms) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const body = '{"query":"{ fastField }"}'
  const found = []
  for (const end = Date.now() + ms; Date.now() < end;) {
    const begun = performance.now()
    const request = http.request(server.url, { method: 'POST', agent, headers: { 'content-type': 'application/json', 'content-length': body.length } })
    request.end(body)
    const [response] = await once(request, 'response')
    let text = ''
    for await (const data of response) text += data
    assert.equal(text, '{"data":{"fastField":"I am fast"}}')
    found.push(performance.now() - begun)
  }
  agent.destroy()
  return found.sort((a, b) => a - b)
}

const gauges = async () => JSON.parse((await raw(server, 'GET /__stats HTTP/1.0\r\n\r\n')).text.split('\r\n\r\n')[1])
const nothingOpen = () => until(async () => { const s = await gauges(); return s.connections === 1 && s.runs === 0 }, 'nothing to be open')

function allTimedOut(clients, message, timeoutMs) {
  for (const { text, lasted } of clients) {
    assert.match(text, /^HTTP\/1\.1 408 Request Timeout\r\n[^]*\r\nConnection: close\r\n/)
    assert.ok(text.includes(message), text)
    assert.ok(lasted > timeoutMs * 0.9, `ended after ${lasted} ms`)
  }
}

test(`${HEADS} heads, a byte a second, and some that say nothing`, async (t) => {
  const silent = await slow(20, '', [''])
  const { clients, ended } = await slow(HEADS, '', HEAD)
  await sleep(1100) // until each has sent one
  assert.ok((await gauges()).connections > HEADS)
  const found = await latencies(WORK_MS)
  const median = found[found.length >> 1]
  t.diagnostic(`${found.length} requests, median ${median.toFixed(2)} ms, slowest ${found.at(-1).toFixed(1)} ms`)
  assert.ok(median < MEDIAN_MAX_MS, `median ${median} ms`)
  await ended
  allTimedOut(clients, 'header did not come in time', HEAD_TIMEOUT_MS)
  await silent.ended
  for (const { text, lasted } of silent.clients) assert.ok(text === '' && lasted > HEAD_TIMEOUT_MS * 0.9)
  await nothingOpen()
})

test(`${2 * BODIES} bodies, a byte a second`, async () => {
  const counted = await slow(BODIES, `${HEAD}Content-Length: 1000\r\n\r\n`, ' ')
  const chunked = await slow(BODIES, `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n')
  const found = await latencies(1000)
  assert.ok(found[found.length >> 1] < MEDIAN_MAX_MS)
  for (const { clients, ended } of [counted, chunked]) {
    await ended
    allTimedOut(clients, 'body did not come in time', BODY_TIMEOUT_MS)
  }
  await nothingOpen()
})
