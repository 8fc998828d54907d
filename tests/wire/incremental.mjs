// Results in parts, as their tests hold them: how they are asked for and read, what they add up to, and the gates that let
// them come (tests/wire/app_gates.graphql).
import assert from 'node:assert/strict'
import http from 'node:http'
import net from 'node:net'
import { once } from 'node:events'
import { ask as get, post, until } from './lib.mjs'

// ---- gates ----

let gates = 0
// A gate that no other test of this file has; it is closed.
export const newGate = () => gates++
export async function openGate(server, gate) {
  const { json } = await post(server.url, { query: 'mutation ($gate: Int!) { openGate(gate: $gate) }', variables: { gate } })
  return json.data.openGate
}

// A worker that does nothing tells the others nothing: each look is a connection of its own, so that all of them wake by and by.
export const figures = async (server) => JSON.parse((await get(server, { path: '/__stats' })).text)

// Nothing is left of what was asked for.
const ZERO = ['alphabetActive', 'listsActive', 'streams', 'runs', 'promises', 'queueBytes']
export async function rest(server) {
  let now
  await until(async () => { now = await figures(server); return ZERO.every((name) => now[name] === 0) }, 'the server to be at rest', 30000)
    .catch((error) => { throw new Error(`${error.message}: ${JSON.stringify(now)}`) })
}

// ---- framing ----

export const chunk = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
export const rawPart = (json) => chunk(`\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}\r\n---`)
export const OPENING = chunk('\r\n---')
export const CLOSING = chunk('--\r\n') + '0\r\n\r\n'
export const rawEvent = (json) => chunk(`event: next\ndata: ${json}\n\n`)
export const EVENTS_OPENING = chunk(':\n\n')
export const EVENTS_CLOSING = chunk('event: complete\ndata:\n\n') + '0\r\n\r\n'

export function request(query, { accept = 'multipart/mixed', variables, method = 'POST' } = {}) {
  if (method === 'GET') return `GET /graphql?${new URLSearchParams({ query })} HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\n\r\n`
  const body = JSON.stringify({ query, variables })
  return `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: ${accept}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

// A socket whose bytes are looked at as they come. `answer(done)` gives head and body, still in chunks, of the next answer once
// `done(body)` holds, and forgets them.
export async function connection(server) {
  const socket = net.connect(server.port, '127.0.0.1')
  let text = ''
  socket.on('data', (data) => { text += data.toString('latin1') })
  socket.on('error', () => {})
  await once(socket, 'connect')
  const split = () => { const at = text.indexOf('\r\n\r\n'); return at < 0 ? undefined : { head: text.slice(0, at), body: Buffer.from(text.slice(at + 4), 'latin1').toString() } }
  return {
    send: (bytes) => socket.write(bytes),
    // Resolves when the body so far is `expected`, and fails when it cannot become that any more.
    async reads(expected) {
      await until(() => {
        const { body } = split() ?? { body: '' }
        if (!expected.startsWith(body)) assert.equal(body, expected)
        return body === expected
      }, 'the body').catch((error) => { throw new Error(`${error.message}\nwanted ${JSON.stringify(expected)}\nfound ${JSON.stringify(text)}`) })
      return split().head.toLowerCase()
    },
    forget() { text = '' },
    close: () => socket.destroy(),
  }
}

// ---- readers ----

// The JSON texts in a body that comes piece by piece; what is not exactly as it should be is an error.
function multipartReader() {
  let text = Buffer.alloc(0), opened = false, closed = false
  const HEAD = /^\r\nContent-Type: application\/json; charset=utf-8\r\nContent-Length: (\d+)\r\n\r\n/
  return {
    feed(bytes) {
      const found = []
      text = Buffer.concat([text, bytes])
      if (!opened && text.length >= 5) {
        assert.equal(text.subarray(0, 5).toString(), '\r\n---')
        text = text.subarray(5)
        opened = true
      }
      for (let head; opened && !closed && (head = HEAD.exec(text.subarray(0, 120).toString('latin1')));) {
        const at = head[0].length, end = at + Number(head[1])
        if (text.length < end + 5) break
        found.push(text.subarray(at, end).toString())
        assert.equal(text.subarray(end, end + 5).toString(), '\r\n---')
        text = text.subarray(end + 5)
      }
      if (text.toString('latin1') === '--\r\n') { closed = true; text = Buffer.alloc(0) }
      return found
    },
    end() { assert.ok(closed, `the closing delimiter is missing behind ${text}`) },
  }
}

function eventReader() {
  let text = '', complete = false
  return {
    feed(bytes) {
      const found = []
      text += bytes
      for (let at; (at = text.indexOf('\n\n')) >= 0; text = text.slice(at + 2)) {
        const event = text.slice(0, at)
        assert.ok(!complete, `${event} after complete`)
        if (event === 'event: complete\ndata:') complete = true
        else if (event !== ':') found.push(/^event: next\ndata: (.*)$/s.exec(event)[1])
      }
      return found
    },
    end() { assert.ok(complete, 'complete is missing') },
  }
}

function jsonReader() {
  let text = ''
  return { feed(bytes) { text += bytes; return [] }, end: () => [text] }
}

export const readerOf = (type) => (type.startsWith('multipart/mixed') ? multipartReader() : type.startsWith('text/event-stream') ? eventReader() : jsonReader())

const open = new Set()
// What a failed test still reads.
export const closeAll = () => open.forEach((one) => one.close())

// The payloads of an answer as they come: `next()` is the next, undefined at the end; `all()` all the rest.
export async function ask(server, query, { accept = 'multipart/mixed', variables, method = 'POST', headers = {} } = {}) {
  const sent = http.request(method === 'GET' ? `${server.url}?${new URLSearchParams({ query, ...(variables && { variables: JSON.stringify(variables) }) })}` : server.url,
    { method, agent: false, headers: { ...(accept && { accept }), ...(method === 'POST' && { 'content-type': 'application/json' }), ...headers } })
  sent.end(method === 'POST' ? JSON.stringify({ query, variables }) : undefined)
  const [response] = await once(sent, 'response')
  const reader = readerOf(response.headers['content-type'])
  const payloads = (async function* () {
    for await (const bytes of response) for (const json of reader.feed(bytes)) yield JSON.parse(json)
    for (const json of reader.end() ?? []) yield JSON.parse(json)
  })()
  const all = async () => { const rest = []; for await (const payload of payloads) rest.push(payload); open.delete(self); return rest }
  const self = {
    status: response.statusCode, type: response.headers['content-type'], headers: response.headers, all,
    next: async () => (await payloads.next()).value,
    close() { open.delete(self); sent.destroy() },
  }
  open.add(self)
  return self
}

// ---- what the parts add up to ----

const at = (data, path) => path.reduce((object, key) => { assert.ok(object?.[key] !== undefined, `there is nothing at ${path}`); return object[key] }, data)

// Fields that are there already may come again only where they are objects that get more.
function add(into, data, { again }) {
  for (const [key, value] of Object.entries(data)) {
    const isObject = typeof into[key] === 'object' && into[key] !== null && !Array.isArray(into[key])
    if (isObject && typeof value === 'object' && value !== null) add(into[key], value, { again })
    else {
      if (key in into) assert.ok(again, `${key} comes twice`)
      into[key] = value
    }
  }
}

// Applies payloads in the order of their arrival, in whichever form they are, and insists that a client may: nothing stands at a place
// that is not there, no item leaves a gap, nothing is told of what was not announced or is complete, nothing follows the last.
export function merger() {
  const pending = new Map(), ever = new Set()
  let data, errors = [], over = false

  const ofErrors = (errors) => errors && { errors }
  const ofLabel = (label) => label !== undefined && { label }

  function patch2022({ path, label, errors: failed, ...rest }) {
    errors.push(...failed ?? [])
    if (rest.items) {
      const list = at(data, path.slice(0, -1))
      assert.equal(path.at(-1), list.length, 'items are in order')
      assert.equal(rest.items.length, 1, 'each item has an entry')
      list.push(...structuredClone(rest.items))
    } else if (rest.data) add(at(data, path), structuredClone(rest.data), { again: true })
    else return [{ path, ...ofLabel(label), failed: true, errors: failed ?? assert.fail(`null without a reason at ${path}`) }]
    return [{ path, ...ofLabel(label), ...rest, ...ofErrors(failed) }]
  }

  function patch2023({ id, subPath = [], errors: failed, ...rest }) {
    const { path: base, label } = pending.get(id) ?? assert.fail(`${id} is not pending`)
    const path = [...base, ...subPath]
    errors.push(...failed ?? [])
    if (!rest.items) {
      add(at(data, path), structuredClone(rest.data), { again: false })
      return [{ path, ...ofLabel(label), ...rest, ...ofErrors(failed) }]
    }
    const list = at(data, path), first = list.length
    list.push(...structuredClone(rest.items))
    return rest.items.map((item, offset) => {
      const own = failed?.filter((error) => error.path[path.length] === first + offset)
      return { path: [...path, first + offset], ...ofLabel(label), items: [item], ...ofErrors(own?.length ? own : undefined) }
    })
  }

  function complete({ id, errors: failed }) {
    const { path, label } = pending.get(id) ?? assert.fail(`${id} is not pending`)
    pending.delete(id)
    errors.push(...failed ?? [])
    return failed ? [{ path, ...ofLabel(label), failed: true, errors: failed }] : []
  }

  function announce(payload) {
    for (const one of payload.pending ?? []) {
      assert.ok(!ever.has(one.id), `${one.id} is announced twice`)
      ever.add(one.id)
      pending.set(one.id, one)
    }
  }

  return {
    // Gives what the payload tells, the same in both forms: { path, label, data | items: [one] | failed, errors }.
    take(payload) {
      assert.ok(!over, `${JSON.stringify(payload)} after the last`)
      over = !payload.hasNext
      announce(payload)
      if (data === undefined) {
        ({ data, errors = [] } = structuredClone(payload))
        return []
      }
      const told = (payload.incremental ?? []).flatMap((entry) => ('id' in entry ? patch2023(entry) : patch2022(entry)))
      for (const one of payload.pending ?? []) at(data, one.path)
      told.push(...(payload.completed ?? []).flatMap(complete))
      if (over) assert.equal(pending.size, 0, 'all that was announced is complete')
      return told
    },
    get result() { return { ...(errors.length && { errors }), data } },
    get over() { return over },
  }
}

// An answer as a client takes it: `first` as told, the rest by `told()`, one at a time; `result()` waits for the end.
export async function follow(server, query, options) {
  const answer = await ask(server, query, options)
  const merged = merger(), queue = []
  const first = await answer.next()
  merged.take(first)
  const told = async () => {
    while (!queue.length) {
      const payload = await answer.next()
      if (!payload) return undefined
      queue.push(...merged.take(payload))
    }
    return queue.shift()
  }
  return {
    ...answer, first, told,
    async result() {
      for (const payload of await answer.all()) merged.take(payload)
      assert.ok(merged.over, 'the last payload has hasNext: false')
      return merged.result
    },
  }
}

// ---- both forms, both streams ----

export const WAYS = [
  { name: 'multipart, 2022', form: 2022, accept: 'multipart/mixed;deferSpec=20220824' },
  { name: 'multipart, 2023', form: 2023, accept: 'multipart/mixed;incrementalSpec=v0.2' },
  { name: 'events, 2022', form: 2022, accept: 'text/event-stream' },
  { name: 'events, 2023', form: 2023, accept: 'text/event-stream;incrementalSpec=v0.2' },
]

export const masked = (path, line, column) => ({ message: 'Something went wrong.', locations: [{ line, column }], path, extensions: { code: 'INTERNAL_SERVER_ERROR' } })
