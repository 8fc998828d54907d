// Each request of raw_requests.mjs as a whole, cut in two at each of its bytes, and byte by byte: what comes back depends on the
// bytes alone. Pieces are pieces for the server, too: before the next one leaves, another connection has been answered.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { after, before, test } from 'node:test'
import { raw, start, until } from './lib.mjs'
import { requests } from './raw_requests.mjs'

const AT_ONCE = 64
const SMALL = 600 // up to this size each position is cut, beyond it SAMPLES of them
const SAMPLES = 24
const TINY = 200 // up to this size byte by byte
const DEADLINE_MS = 20000

let server, pulse
before(async () => { server = await start(); pulse = await openPulse() })
after(async () => { pulse.close(); await server.stop() })

// A connection whose answers show that the server has been round its loop.
async function openPulse() {
  const socket = net.connect(server.port, '127.0.0.1').setNoDelay()
  await once(socket, 'connect')
  return {
    async beat(times = 1) {
      for (; times; times--) {
        socket.write('HEAD / HTTP/1.1\r\nHost: x\r\n\r\n')
        await once(socket, 'data')
      }
    },
    close: () => socket.destroy(),
  }
}

const SENTINEL = 'GET /sentinel HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'

// One connection: `send()` pieces, then `finish()`.
class Client {
  constructor(request, n) {
    this.request = request
    this.text = ''
    this.told = false
    this.socket = net.connect({ port: server.port, host: '127.0.0.1', localAddress: `127.0.0.${1 + (n % 200)}`, allowHalfOpen: true }).setNoDelay()
    this.opened = once(this.socket, 'connect')
    this.closed = new Promise((resolve, reject) => {
      this.timer = setTimeout(() => { this.socket.destroy(); reject(new Error(`${request.name}: still open after ${DEADLINE_MS} ms; so far ${JSON.stringify(this.text.slice(0, 500))}`)) }, DEADLINE_MS)
      const done = (how) => { clearTimeout(this.timer); this.socket.destroy(); resolve(how) }
      this.socket.on('data', (data) => { this.text += data.toString('latin1'); this.ask() })
      this.socket.on('end', () => done('end'))
      this.socket.on('error', (error) => done(error.code))
    })
    this.closed.catch(() => {})
  }

  send(piece) { if (piece.length && !this.socket.destroyed) this.socket.write(piece) }

  // All is sent. A connection that stays open proves it with one more request, once its own answers are there: what hides in
  // the request would be answered before it.
  finish() {
    this.sent = true
    if (this.request.fin) this.socket.end()
    this.ask()
  }

  ask() {
    const { closes, statuses, head } = this.request
    if (!this.sent || closes || this.told || this.answers(head ? statuses.length : 0).complete < statuses.length) return
    this.told = true
    this.send(SENTINEL)
  }

  // The statuses that have come so far, of which the first `bodiless` are heads only.
  answers(bodiless) {
    const found = { statuses: [], complete: 0, interim: 0, connection: null, rest: '' }
    let text = this.text
    for (let end; (end = text.indexOf('\r\n\r\n')) >= 0;) {
      const head = text.slice(0, end + 2)
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1])
      text = text.slice(end + 4)
      if (status === 100) { found.interim++; continue }
      const length = status === 204 || found.statuses.length < bodiless ? 0 : Number(/\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1])
      found.statuses.push(status)
      found.connection = /\r\nconnection: ([a-z-]+)\r\n/i.exec(head)?.[1]
      if (!(text.length >= length)) break
      found.complete++
      text = text.slice(length)
    }
    found.rest = text
    return found
  }

  // What came, in the words of the table.
  async result(whole) {
    const { statuses, closes, head, continues } = this.request
    const how = await this.closed
    const found = this.answers(head ? statuses.length : 0)
    // Who asks for the end and talks on all the same may find nobody there; who is refused is listened to until he has read why.
    // A client of HTTP/1.0 asks for the end by its version.
    const asked = statuses.at(-1) < 400 || this.request.bytes.includes(' HTTP/1.0\r\n')
    const talkedOn = closes && asked && !whole
    assert.ok(how === 'end' || (talkedOn && ['EPIPE', 'ECONNRESET'].includes(how)), `ended by ${how}`)
    assert.deepEqual(found.statuses, closes ? statuses : [...statuses, 404])
    assert.equal(found.complete, found.statuses.length, 'an answer is cut off')
    assert.equal(found.rest, '')
    if (statuses.length && !this.request.fin) assert.equal(found.connection, 'close')
    assert.ok(found.interim <= (continues && !whole ? 1 : 0), `${found.interim} times 100 Continue`)
  }
}

// Runs [request, pieces] in groups that go through their pieces in step; returns what was not as expected.
async function run(cases) {
  const wrong = []
  for (let at = 0; at < cases.length; at += AT_ONCE) {
    const group = cases.slice(at, at + AT_ONCE).map(([request, pieces], i) => ({ client: new Client(request, i), pieces, what: `${request.name} in ${pieces.length} pieces, the first of ${pieces[0]?.length}` }))
    await Promise.all(group.map(({ client }) => client.opened))
    const steps = Math.max(...group.map(({ pieces }) => pieces.length))
    for (let step = 0; step < steps; step++) {
      if (step) await pulse.beat(step === 1 ? 2 : 1)
      for (const { client, pieces } of group) {
        if (step < pieces.length) client.send(pieces[step])
        if (step === pieces.length - 1) client.finish()
      }
    }
    await Promise.all(group.map(async ({ client, pieces, what }) => {
      if (!pieces.length) client.finish()
      try { await client.result(pieces.length === 1) } catch (error) { wrong.push(`${what}: ${error.message}\n   ${JSON.stringify(client.text.slice(0, 600))}`) }
    }))
  }
  return wrong
}

// The same positions in each run.
function positions({ name, bytes }) {
  if (bytes.length <= SMALL) return Array.from({ length: Math.max(bytes.length - 1, 0) }, (_, i) => i + 1)
  let seed = [...name].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) >>> 0, 7)
  const next = () => (seed = (seed * 1664525 + 1013904223) >>> 0) / 2 ** 32
  return Array.from({ length: SAMPLES }, () => 1 + Math.floor(next() * (bytes.length - 1)))
}

const nothingWrong = (wrong) => assert.equal(wrong.length, 0, `${wrong.length} wrong:\n${wrong.slice(0, 40).join('\n')}`)

test(`${requests.length} requests as a whole`, async () => {
  nothingWrong(await run(requests.map((request) => [request, request.bytes.length ? [request.bytes] : []])))
})

test('cut in two', async () => {
  nothingWrong(await run(requests.flatMap((request) => positions(request).map((at) => [request, [request.bytes.subarray(0, at), request.bytes.subarray(at)]]))))
})

test('byte by byte', async () => {
  nothingWrong(await run(requests.filter(({ bytes }) => bytes.length && bytes.length <= TINY).map((request) => [request, Array.from(request.bytes, (byte) => Buffer.from([byte]))])))
})

test('100 Continue comes before the body, and only for a body that is wanted', async () => {
  const body = '{"query":"{fastField}"}'
  const ask = async (headers) => {
    const socket = net.connect(server.port, '127.0.0.1').setNoDelay()
    socket.write(`POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n${headers}\r\n`)
    const [first] = await once(socket, 'data')
    return { socket, first: first.toString('latin1') }
  }
  for (const [headers, rest] of [[`Content-Length: ${body.length}\r\n`, body], ['Transfer-Encoding: chunked\r\n', `17\r\n${body}\r\n0\r\n\r\n`]]) {
    const { socket, first } = await ask(headers)
    assert.equal(first, 'HTTP/1.1 100 Continue\r\n\r\n')
    socket.write(rest)
    const [second] = await once(socket, 'data')
    assert.match(second.toString('latin1'), /^HTTP\/1\.1 200 OK\r\n[^]*\{"data":\{"fastField":"I am fast"\}\}$/)
    socket.destroy()
  }
  const { socket, first } = await ask('Content-Length: 2000000\r\n')
  assert.match(first, /^HTTP\/1\.1 413 /)
  socket.destroy()
})

test('a client that sends too much reads why, though it does not stop to look', async () => {
  for (const size of [2, 6]) {
    const request = http.request(server.url, { method: 'POST', agent: false, headers: { 'content-type': 'application/json' } })
    request.on('error', () => {}) // the connection ends before all is written
    request.end('x'.repeat(size * 1024 * 1024))
    const [response] = await once(request, 'response')
    assert.equal(response.statusCode, 413)
    let text = ''
    for await (const data of response) text += data
    assert.equal(text, '{"errors":[{"message":"Request body is too large"}]}')
  }
})

test('afterwards the server works and holds nothing', async () => {
  pulse.close()
  const { text } = await raw(server, 'GET /graphql?query={fastField} HTTP/1.0\r\n\r\n')
  assert.match(text, /\{"data":\{"fastField":"I am fast"\}\}$/)
  let open
  await until(async () => {
    const { connections, streams, runs, promises } = JSON.parse((await raw(server, 'GET /__stats HTTP/1.0\r\n\r\n')).text.split('\r\n\r\n')[1])
    open = { connections, streams, runs, promises }
    return connections === 1 && streams + runs + promises === 0
  }, 'nothing to be open').catch((error) => assert.fail(`${error.message}: ${JSON.stringify(open)}`))
})
