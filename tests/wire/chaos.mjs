// Events on durable topics while clients, Redis and the servers' processes go and come back: each subscriber must get each event once, in order.
import assert from 'node:assert/strict'
import http from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { publish, SECRET } from './admin.mjs'
import { startRedis } from './redis.mjs'
import { start } from './lib.mjs'

const BATCH = 100
// A topic keeps 10,000 events; the publisher waits for whoever is this far behind.
const LAG_MAX = 4000

// One subscriber of one room, who comes back with the id of the last event, to any of the servers that are there.
class Subscriber {
  constructor(room, servers) {
    Object.assign(this, { room, servers, seen: 0, id: null, request: null, over: false, connects: 0, problem: null })
    this.opened = new Promise((resolve) => { this.onOpened = resolve })
    this.connect()
  }

  connect() {
    if (this.over) return
    const servers = this.servers.filter((server) => server.up)
    if (!servers.length) { this.later(); return }
    const server = servers[(this.connects++ + this.room) % servers.length]
    const body = JSON.stringify({ query: `subscription { newMessage(roomId: "${this.room}") { body } }` })
    let text = ''
    const request = http.request(server.url, {
      method: 'POST', agent: false,
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'content-length': body.length, ...(this.id && { 'last-event-id': this.id }) },
    })
    this.request = request
    request.once('response', (response) => {
      response.setEncoding('latin1')
      response.on('data', (data) => {
        if (this.request !== request) return
        this.onOpened()
        text += data
        for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) this.event(text.slice(0, end))
      })
      response.on('error', () => {})
    })
    request.on('error', () => {})
    request.once('close', () => { if (this.request === request) this.later() })
    request.end(body)
  }

  later() {
    this.request = null
    setTimeout(() => this.connect(), 20 + Math.random() * 100)
  }

  event(text) {
    if (!text.includes('event: next')) return
    const number = Number(/"body":"(\d+)"/.exec(text)?.[1])
    const id = /^id: (.*)$/m.exec(text)?.[1]
    if (number !== this.seen + 1 || !id || text.includes('"extensions"') || text.includes('"errors"'))
      this.problem ??= `room ${this.room}, connection ${this.connects}: after ${this.seen} (${this.id}) came ${text}`
    this.seen = number
    this.id = id
  }

  // By RST or by FIN, in the middle of whatever comes.
  cut() {
    const { request } = this
    if (Math.random() < 0.5) request.socket?.resetAndDestroy()
    request.destroy()
  }

  end() {
    this.over = true
    this.request?.destroy()
  }
}

// What is to happen, each at its share of the events.
function schedule(events, counts, random) {
  const plan = Object.entries(counts).flatMap(([what, count]) =>
    Array.from({ length: count }, (_, i) => ({ what, at: Math.floor(((i + 0.2 + 0.6 * random()) / count) * events) })))
  return plan.sort((a, b) => a.at - b.at)
}

export async function chaos(options) {
  const ends = []
  try {
    return await run(options, (end) => ends.push(end))
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

// `later(end)`: what is to be done at the end, whatever comes before it; the last first.
async function run({ events, topics = 20, subscribers = 200, disconnects, redisRestarts, processRestarts, seed, say = () => {} }, later) {
  let state = seed >>> 0
  const random = () => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return state / 2 ** 32 }
  const redis = await startRedis({ persist: true })
  later(() => redis.stop())
  const env = { REDIS_URL: redis.url, DURABLE_TOPICS: 'newMessage', XYLEM_SECRET: SECRET }
  const launch = async () => {
    const server = { ...await start('tests/wire/app', [], env), up: true }
    later(() => server.kill())
    return server
  }
  const publisher = { server: await launch() }
  const servers = [await launch(), await launch()]
  const published = new Array(topics).fill(0)
  const plan = schedule(events, { disconnect: disconnects, redis: redisRestarts, process: processRestarts }, random)
  const done = { disconnect: 0, redis: 0, process: 0 }
  let busy = Promise.resolve()
  const clients = Array.from({ length: subscribers }, (_, i) => new Subscriber(i % topics, servers))
  later(() => clients.forEach((client) => client.end()))

  // A client that has seen no event has no place to go on from: one event each before anybody is cut.
  await Promise.all(clients.map((client) => client.opened))
  const send = async (rooms) => {
    let batch = rooms.map((room) => ({ topic: 'newMessage', id: String(room), payload: { body: String(++published[room]) } }))
    while (batch.length) {
      const answer = await publish(publisher.server, batch)
      if (answer.status === 200) return
      assert.equal(answer.status, 503, answer.text)
      batch = batch.slice(Number(/(\d+) of \d+/.exec(answer.message)[1]))
      await delay(50)
    }
  }
  const slowest = () => Math.max(...clients.map((client) => published[client.room] - client.seen))
  const settled = async (lag, what) => {
    const end = Date.now() + 120000
    while (slowest() > lag) {
      const problem = clients.find((client) => client.problem)?.problem
      assert.ok(!problem, problem)
      assert.ok(Date.now() < end, `waited 120 s for ${what}: ${slowest()} behind`)
      await delay(5)
    }
  }
  await send(published.map((_, room) => room))
  await settled(0, 'the first event')

  const happen = {
    disconnect: async () => {
      const connected = clients.filter((client) => client.request)
      if (!connected.length) return delay(5).then(happen.disconnect)
      connected[Math.floor(random() * connected.length)].cut()
    },
    redis: async () => {
      await redis.kill()
      await delay(random() * 800)
      await redis.restart()
    },
    // The publisher's ends in order: what it has accepted must leave first.
    publisher: async () => {
      await publisher.server.stop()
      publisher.server = await launch()
    },
    process: async () => {
      const index = Math.floor(random() * servers.length)
      servers[index].up = false
      await servers[index].kill()
      await delay(random() * 300)
      servers[index] = await launch()
    },
  }
  let sent = topics
  while (sent < events) {
    while (plan.length && plan[0].at <= sent) {
      const { what } = plan.shift()
      // Only one thing is away at a time, but for clients. Two of the subscribers' servers die for one of the publisher's, which ends
      // between two batches.
      if (what === 'disconnect') await happen.disconnect()
      else if (what === 'process' && done.process % 3 === 2) { await busy; await happen.publisher() }
      else busy = busy.then(happen[what])
      done[what]++
    }
    const count = Math.min(BATCH, events - sent)
    await send(Array.from({ length: count }, () => Math.floor(random() * topics)))
    sent += count
    await settled(LAG_MAX, 'the slowest subscriber')
    if (sent % 50000 < BATCH) say(`${sent} events, ${slowest()} behind, ${JSON.stringify(done)}`)
  }
  await busy
  await settled(0, 'everybody to have everything')
  // And nothing comes twice afterwards.
  await delay(200)
  const problem = clients.find((client) => client.problem)?.problem
  assert.ok(!problem, problem)
  for (const client of clients) assert.equal(client.seen, published[client.room])
  assert.deepEqual(done, { disconnect: disconnects, redis: redisRestarts, process: processRestarts })
  clients.forEach((client) => client.end())
  for (const server of [publisher.server, ...servers]) await server.stop()
  return { sent, deliveries: clients.reduce((sum, client) => sum + client.seen, 0), connects: clients.reduce((sum, client) => sum + client.connects, 0) }
}
