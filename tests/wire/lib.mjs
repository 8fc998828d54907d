// A server of this repository on a free port, and the little that the tests need to talk to it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
export const build = path.resolve(root, process.env.XYLEM_BUILD ?? 'build')
export const workers = Number(process.env.XYLEM_WORKERS ?? 1)

// Starts a program of the build folder and resolves when it says that it listens. `stop()` ends it as an operator would, by SIGTERM, and
// fails when it does not exit with 0: that is also how a sanitizer's finding or a leak fails a test.
export async function start(program = 'tests/wire/app', args = [], env = {}) {
  const child = spawn(path.join(build, program), ['--port', '0', '--workers', String(workers), ...args],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = '', err = ''
  child.stderr.on('data', (d) => (err += d))
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (d) => {
      out += d
      const found = /listening on (http:\S+)/.exec(out)
      if (found) resolve(found[1])
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code} before it listened\n${err}`)))
  })
  const { port } = new URL(url)
  return {
    url, port: Number(port), pid: child.pid,
    log: () => err,
    kill: () => child.kill('SIGKILL'),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      if (child.exitCode !== 0) throw new Error(`${program} ended with ${child.exitCode ?? child.signalCode}\n${err}`)
    },
  }
}

// A port that nobody listens on at present.
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

// One GraphQL request by POST; the answer with its body parsed where it is JSON.
export async function post(url, body, headers = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  let json
  try { json = JSON.parse(text) } catch { /* not every answer is JSON */ }
  return { status: response.status, headers: response.headers, text, json }
}

// One request with exactly these headers, which fetch() does not allow, and its whole answer; `body` is bytes.
export async function ask(server, { method = 'GET', path: target = '/graphql', headers = {}, body } = {}) {
  const request = http.request(new URL(target, server.url), { method, headers, agent: false })
  request.end(body)
  const [response] = await once(request, 'response')
  const chunks = []
  for await (const chunk of response) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  return { status: response.statusCode, headers: response.headers, body: bytes, bytes, text: bytes.toString() }
}

// What the server holds open now, and ever opened.
export const stats = async (server) => (await fetch(new URL('/__stats', server.url))).json()

// Resolves when `condition()` gives something true; the condition is looked at again after each turn of the server's counters.
export async function until(condition, what, ms = 10000) {
  const end = Date.now() + ms
  for (;;) {
    const value = await condition()
    if (value) return value
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

// A subscription that is known to be live: the promise resolves once the server has sent its first byte.
export async function subscribe(server, body, headers = {}) {
  const request = http.request(server.url, {
    method: 'POST', agent: false,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
  })
  request.end(JSON.stringify(body))
  return events(request)
}

// The event stream that answers a request of node:http which was sent.
export async function events(request) {
  const [response] = await once(request, 'response')
  const queue = [], waiting = []
  let text = '', ended = false
  const deliver = (event) => (waiting.length ? waiting.shift()(event) : queue.push(event))
  const parse = () => {
    for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
      // Lines end with LF only: U+2028 in a text is no line break, though it is one to a regular expression.
      const lines = text.slice(0, end).split('\n')
      const field = (name) => lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1).trim()
      const id = field('id')
      if (field('event')) deliver({ ...(id === undefined ? {} : { id }), event: field('event'), data: field('data') && JSON.parse(field('data')) })
    }
  }
  const closed = new Promise((resolve) => response.once('close', resolve))
  closed.then(() => { ended = true; waiting.splice(0).forEach((resolve) => resolve({ event: 'end' })) })
  response.setEncoding('utf8')
  response.on('error', () => {})
  request.on('error', () => {})
  response.on('data', (data) => { text += data; parse() })
  await Promise.race([once(response, 'data'), closed])
  return {
    status: response.statusCode, headers: response.headers,
    next: () => (queue.length ? Promise.resolve(queue.shift()) : ended ? Promise.resolve({ event: 'end' }) : new Promise((resolve) => waiting.push(resolve))),
    received: () => queue.length,
    async close() { request.destroy(); await closed },
  }
}

// Raw bytes to the server, and all that comes back until it closes, or until `done(text)`.
export function raw(server, bytes, done = () => false, ms = 10000) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(server.port, '127.0.0.1')
    let text = ''
    const timer = setTimeout(() => { socket.destroy(); reject(new Error(`no end after ${ms} ms; so far: ${text}`)) }, ms)
    const finish = (how) => { clearTimeout(timer); socket.destroy(); resolve({ text, how }) }
    socket.on('data', (d) => { text += d.toString('latin1'); if (done(text)) finish('done') })
    socket.on('end', () => finish('end'))
    socket.on('error', () => finish('error'))
    socket.write(bytes)
  })
}
