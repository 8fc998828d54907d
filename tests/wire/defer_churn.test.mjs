// Clients that leave at random moments, while fragments and lists are on their way, leave nothing behind. `make churn` has 10,000 of them.
import assert from 'node:assert/strict'
import net from 'node:net'
import { after, before, test } from 'node:test'
import { figures, request, WAYS } from './incremental.mjs'
import { raw, start, until } from './lib.mjs'
import { scrape } from './prometheus.mjs'

const CLIENTS = Number(process.env.CLIENTS ?? 500)
const AT_ONCE = 50
// What each client that waits for more reads in any case: the head.
const HEAD = 150

let server, idle
const GAUGES = ['xylem_streams', 'xylem_subscriptions', 'xylem_topics', 'xylem_runs', 'xylem_promises', 'xylem_queue_bytes', 'xylem_live_queries']
const gauges = async () => { const metrics = await scrape(new URL('/metrics', server.url)); return GAUGES.map((name) => [name, metrics.get(name)]) }
before(async () => {
  server = await start('tests/wire/app', ['--gates', '--letter-ms', '3'])
  idle = await gauges()
})
after(() => server.stop())

// A small generator with a seed, so that a failing run can be repeated: SEED=… node --test
const seed = Number(process.env.SEED ?? Date.now() % 1e9)
let state = seed
const random = (below) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}

// How an operation is written, and how much it sends at least: who reads less than that leaves before its end. A gate that nobody opens
// keeps an operation for ever.
const NEVER = 255
const operations = [
  [600, () => `{ probe { id ... @defer(label: "a") { slow(waitFor: ${random(8)}) child { id ... @defer(label: "b") { slow(waitFor: ${random(8)}) child { id ... @defer { name boom } } } } } } fastField }`],
  [600, () => `{ ... @defer { a: slowField(waitFor: ${random(8)}) } ... @defer { b: slowField(waitFor: ${random(8)}) ... @defer { boom } } fastField }`],
  [HEAD, () => `{ fastField ... @defer { held(gate: ${NEVER}) probe { ... @defer { held(gate: ${NEVER}) } } } }`],
  [HEAD, () => `{ probes(count: 20) @stream(initialCount: ${random(4)}) { id ... @defer { held(gate: ${NEVER}) name } } }`],
  [4000, () => `{ alphabet @stream(initialCount: ${random(3)}) }`],
  [500, () => `{ auctions @stream(initialCount: ${random(7)}) { id ... @defer { title bids @stream { amount } } } }`],
  [100000, () => '{ numbers(count: 20000) @stream }'],
  [1500, () => `{ probes(count: 10) @stream { id ... @defer { slow(waitFor: ${random(8)}) } } }`],
  [HEAD, () => `{ heldList(gate: ${NEVER}, count: 2) @stream }`],
  [400, () => '{ brokenItemsHard @stream fastField }'],
  [400, () => '{ brokenList @stream probe { id ... @defer { boomHard } } }'],
  [300, () => '{ probe { id boomHard ... @defer { slow } } alphabet @stream }'],
  [0, () => '{ alphabet slowField }'],
]

// Sends a request, reads so many bytes or to the end, and goes, by FIN or by RST.
function client() {
  return new Promise((resolve) => {
    const [least, query] = operations[random(operations.length)]
    const accept = least ? WAYS[random(WAYS.length)].accept : 'application/json'
    const enough = random(8) ? random(least) : 0
    const reset = random(2) === 0
    const socket = net.connect(server.port, '127.0.0.1')
    let read = 0
    const go = () => (reset ? socket.resetAndDestroy() : socket.end())
    socket.on('connect', () => socket.write(request(query(), { accept }), () => { if (!enough) go() }))
    socket.on('data', (bytes) => {
      read += bytes.length
      if (read >= enough || bytes.subarray(-5).toString() === '0\r\n\r\n') go()
    })
    socket.on('error', () => {})
    socket.on('close', resolve)
  })
}

test(`${CLIENTS} clients come and go (seed ${seed})`, { timeout: 900000 }, async () => {
  let left = CLIENTS
  await Promise.all(Array.from({ length: AT_ONCE }, async () => { while (left-- > 0) await client() }))
  let now
  await until(async () => {
    now = await figures(server)
    return ['alphabetActive', 'listsActive', 'streams', 'runs', 'promises', 'queueBytes'].every((name) => now[name] === 0) && now.connections <= 2
  }, 'everything to be gone', 30000).catch((error) => { throw new Error(`${error.message}: ${JSON.stringify(now)}`) })
  await until(async () => JSON.stringify(await gauges()) === JSON.stringify(idle), 'the metrics')
  assert.ok(now.listsOpened > CLIENTS / 10, 'enough of them had a list from a source')
  assert.ok(now.alphabetOpened > CLIENTS / 20, 'and letters')
  assert.ok(now.slowStarted > CLIENTS / 20, 'and slow fields')
})

test('it still serves', async () => {
  const { text } = await raw(server, request('{ fastField ... @defer { probe { name } } }'), (t) => t.endsWith('\r\n0\r\n\r\n'))
  assert.match(text, /"name":"probe p1"/)
})
