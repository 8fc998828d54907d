// Readers that never read: they cost a bounded number of bytes, delay nobody, and get the newest result once they read again.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, test } from 'node:test'
import { build, post, start, stats, until, workers } from './lib.mjs'
import { bid, follow, onResults, request, rest, send } from './live.mjs'

const sanitized = /asan|tsan/.test(build)
const EACH = sanitized ? 40 : 500 // live queries, and as many subscriptions
const BODY = 'x'.repeat(8 * 1024)
const QUERY = `query @live { auction(id: "1") { highestBid { amount } } echo(text: "${BODY}") }`
const MORE = 60 // rounds that are measured

let server
before(async () => { server = await start('tests/wire/app', ['--drop-oldest']) })
after(() => server.stop())

const rssKiB = () => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1])
const say = (body) => post(server.url, { query: 'mutation ($i: SendMessageInput!) { sendMessage(input: $i) { from } }', variables: { i: { roomId: 'busy', from: 'a', body } } })
const quantile = (times, q) => [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(q * times.length))]

let amount = 10000
// One bid and one message, seen by readers of both; the milliseconds until then.
async function round(live, chat) {
  const began = performance.now()
  await Promise.all([bid(server, '1', ++amount), say(`${amount} ${BODY}`)])
  let highest
  do highest = (await live.data()).auction.highestBid.amount; while (highest !== amount)
  assert.ok((await chat.data()).newMessage.body.startsWith(`${amount} `))
  return performance.now() - began
}

test(`${2 * EACH} stalled readers`, { timeout: 300000 }, async () => {
  const live = await follow(server, QUERY)
  const chat = await follow(server, 'subscription { newMessage(roomId: "busy") { body } }')
  await live.data()
  const without = []
  for (let i = 0; i < MORE; i++) without.push(await round(live, chat))
  const empty = rssKiB()

  const sockets = []
  for (let i = 0; i < EACH; i++) sockets.push(await send(server, request(QUERY), { paused: true }))
  const subscribers = []
  for (let i = 0; i < EACH; i++) subscribers.push(await send(server, request('subscription { newMessage(roomId: "busy") { body } }'), { paused: true }))
  await until(async () => { const s = await stats(server); return s.liveQueries === EACH + 1 && s.newMessageActive === EACH + 1 }, 'all to be there')
  const first = amount

  // Until all are full: each bid is then one result that none of them gets, each message pushes one out of each queue.
  const isFull = async () => {
    const before = await stats(server)
    for (let i = 0; i < 2; i++) await round(live, chat)
    const now = await stats(server)
    return now.liveSuperseded - before.liveSuperseded >= 1.9 * EACH && now.dropped - before.dropped >= 1.9 * EACH
  }
  await until(isFull, 'all to be full', 120000)
  const full = rssKiB()
  const { queueBytes, overflows, liveSuperseded, dropped } = await stats(server)
  // Each may have 256 KiB of output and one result more, a subscription also 1 MiB of waiting events (docs/guide/limits.md).
  assert.ok(queueBytes > EACH * 256 * 1024, `${queueBytes} bytes queued`)
  assert.ok(queueBytes <= EACH * (2 * (256 + 16) + 1024 + 16) * 1024, `${queueBytes} bytes queued`)
  assert.equal(overflows, 0, 'events are dropped here, nobody is ended')
  // What waits is shared, but for the output of subscriptions.
  assert.ok(sanitized || full - empty < EACH * (256 + 64) + 64 * 1024, `they cost ${full - empty} KiB`)

  const times = []
  for (let i = 0; i < MORE; i++) times.push(await round(live, chat))
  const end = await stats(server)
  // Another worker than the readers' may be a step behind, and take two of them as one.
  const least = workers > 1 ? MORE * EACH * 0.8 : MORE * EACH
  for (const grown of [end.liveSuperseded - liveSuperseded, end.dropped - dropped]) assert.ok(grown >= least && grown <= (MORE + 2) * EACH, `${grown} of ${MORE * EACH}`)
  assert.ok(end.queueBytes <= queueBytes + EACH * 64 * 1024, `${end.queueBytes} bytes queued, after ${queueBytes}`)
  const grown = rssKiB() - full
  assert.ok(sanitized || grown < 16 * 1024, `grew by ${grown} KiB`)
  const figures = { without: [quantile(without, 0.5), quantile(without, 0.99)], with: [quantile(times, 0.5), quantile(times, 0.99)] }
  assert.ok(figures.with[0] <= 4 * figures.without[0] + 10, JSON.stringify(figures))
  assert.ok(figures.with[1] <= 4 * figures.without[1] + 50, JSON.stringify(figures))

  // One reads again: what was on its way to him, then the newest, and nothing of what was between.
  const seen = []
  onResults(sockets[0], ({ data }) => seen.push(data.auction.highestBid.amount))
  sockets[0].resume()
  await until(() => seen.at(-1) === amount, 'the newest result')
  // Before the gap a step may be two, when two bids were one result.
  const gap = seen.findIndex((one, i) => i > 0 && one > seen[i - 1] + 20)
  assert.equal(seen[0], first)
  assert.deepEqual(seen.slice(gap), [amount], 'one result after the gap')
  await round(live, chat)
  await until(() => seen.at(-1) === amount, 'the next result')
  assert.equal(seen.length, gap + 2)

  for (const socket of sockets) socket.resetAndDestroy()
  for (const socket of subscribers) socket.destroy()
  await rest(server)
})
