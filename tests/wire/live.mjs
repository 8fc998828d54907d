// Live queries as their tests hold them: what is asked for, what is invalidated, how often anything ran.
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import net from 'node:net'
import { post, stats, subscribe, until } from './lib.mjs'

export const BIDS = 'query @live { auction(id: "1") { bids { amount } } }'
export const bidsOf = (id) => `query @live { auction(id: "${id}") { bids { amount } } }`

const open = new Set()

// What `promise` gives, unless that takes too long for a test to wait.
function soon(promise, what, ms = 20000) {
  let timer
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms) })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

// A live query over an event stream: `result()` is its next result, and fails on anything else.
export async function follow(server, query, { variables, headers } = {}) {
  const stream = await subscribe(server, { query, variables }, headers)
  open.add(stream)
  const result = async () => {
    const { event, data } = await soon(stream.next(), `a result of ${query.slice(0, 80)}`)
    assert.equal(event, 'next')
    return data
  }
  return { ...stream, result, data: async () => (await result()).data }
}

async function mutate(server, query, variables, headers) {
  const { json } = await post(server.url, { query, variables }, headers)
  assert.equal(json.errors, undefined, JSON.stringify(json))
  return json.data
}

export const invalidate = (server, keys, headers) => mutate(server, 'mutation ($keys: [String!]!) { invalidate(keys: $keys) }', { keys: [keys].flat() }, headers)
export const bid = (server, auctionId, amount, headers) =>
  mutate(server, 'mutation ($input: BidInput!) { bid(input: $input) { amount } }', { input: { auctionId, amount } }, headers)

// By how much a counter of the server grows while `action` is done and then `at least` that much has come.
export async function growth(server, counter, atLeast, action) {
  const before = (await stats(server))[counter]
  await action()
  await until(async () => (await stats(server))[counter] >= before + atLeast, `${counter} to grow by ${atLeast}`)
  return (await stats(server))[counter] - before
}

// Who still follows, as his test has failed, leaves. Then nobody is left, and nothing of them.
const ZERO = ['liveQueries', 'liveGroups', 'liveKeys', 'streams', 'subscriptions', 'topics', 'runs', 'promises', 'queueBytes']
export async function rest(server) {
  let now
  await Promise.all([...open].map((stream) => stream.close()))
  open.clear()
  await until(async () => { now = await stats(server); return ZERO.every((name) => now[name] === 0) }, 'the server to be at rest', 30000)
    .catch((error) => { throw new Error(`${error.message}: ${JSON.stringify(now)}`) })
}

// ---- identities ----

export const SECRET = 'only for this test'
const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
export function bearer(claims) {
  if (!claims) return {}
  const text = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64(claims)}`
  return { authorization: `Bearer ${text}.${crypto.createHmac('sha256', SECRET).update(text).digest('base64url')}` }
}

// ---- sockets ----

export function request(query, headers = {}) {
  const body = JSON.stringify({ query })
  const lines = Object.entries({ 'Content-Type': 'application/json', Accept: 'text/event-stream', 'Content-Length': Buffer.byteLength(body), ...headers })
  return `POST /graphql HTTP/1.1\r\nHost: x\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}

// A socket that has sent its request. Paused: not a byte is read before resume().
export function send(server, text, { paused = false } = {}) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port: server.port, host: '127.0.0.1' })
    if (paused) socket.pause()
    socket.once('error', reject)
    socket.write(text, () => { socket.off('error', reject); socket.on('error', () => {}); resolve(socket) })
  })
}

// The results among the events of a raw answer, each with a call.
export function onResults(socket, fn) {
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (data) => {
    text += data
    for (let at; (at = text.indexOf('\n\n')) >= 0; text = text.slice(at + 2)) {
      const found = text.slice(0, at).indexOf('\ndata: ')
      if (found >= 0) fn(JSON.parse(text.slice(found + 7, at)))
    }
  })
}
