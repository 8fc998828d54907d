// Live queries in bad weather: clients that come and go while everything changes, runs that are slower than the changes.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { build, start, stats, until, workers } from './lib.mjs'
import { bid, bidsOf, follow, growth, invalidate, onResults, request, rest, send } from './live.mjs'

const sanitized = /asan|tsan/.test(build)

let server
before(async () => { server = await start() })
after(() => server.stop())
afterEach(() => rest(server))

// A small generator with a seed, so that a failing run can be repeated: SEED=… node --test
const seed = Number(process.env.SEED ?? Date.now() % 1e9)
let state = seed
const random = (below) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}

const AUCTIONS = ['1', '2', '3', '4', '5']
const QUERIES = AUCTIONS.flatMap((id) => [
  `query @live { auction(id: "${id}") { highestBid { amount } } }`,
  `query @live { auction(id: "${id}") { highestBid { amount } } slowField(waitFor: 3) }`,
  `query @live(throttle: 20) { auction(id: "${id}") { highestBid { amount } } }`,
])

// A client of auction `id`, whose results only ever go forward; { highest: of the newest, leave() }.
async function watch(query, id) {
  const socket = await send(server, request(query))
  const client = { id, highest: 0, results: 0, problem: undefined, closed: false }
  client.gone = new Promise((resolve) => socket.once('close', () => { client.closed = true; resolve() }))
  client.leave = () => { if (random(2)) socket.resetAndDestroy(); else socket.end(); return client.gone }
  onResults(socket, ({ data, errors }) => {
    const highest = data?.auction?.highestBid.amount
    client.problem ??= errors?.[0].message ?? (highest > client.highest ? undefined : `${highest} after ${client.highest}`)
    client.highest = highest
    client.results++
  })
  return client
}

const CLIENTS = sanitized ? 120 : 300

test(`${CLIENTS} live queries, opened and left at random moments of a storm of bids (seed ${seed})`, { timeout: 120000 }, async () => {
  const highest = Object.fromEntries(AUCTIONS.map((id) => [id, 1000]))
  let storm = true
  const bidders = Array.from({ length: 4 }, async () => {
    while (storm) { const id = AUCTIONS[random(5)]; await bid(server, id, ++highest[id]) }
  })
  const all = [], here = []
  // Several at a time, and every other time somebody goes: before the first result, in the middle of one, or later.
  await Promise.all(Array.from({ length: 20 }, async () => {
    while (all.length < CLIENTS) {
      const q = random(QUERIES.length)
      const opening = watch(QUERIES[q], AUCTIONS[Math.floor(q / 3)])
      all.push(opening)
      here.push(await opening)
      if (random(2)) here.splice(random(here.length), 1)[0].leave()
    }
  }))
  await until(() => here.every(({ results }) => results > 2), 'everyone to see progress in the storm', 30000)
  storm = false
  await Promise.all(bidders)
  const opened = await Promise.all(all)
  const late = () => here.filter((client) => client.highest !== highest[client.id])
  await until(() => !late().length, 'everyone to hold the newest result').catch((error) => { throw new Error(`${error.message}: ${JSON.stringify(late())} of ${JSON.stringify(highest)}`) })
  assert.deepEqual(opened.filter(({ problem }) => problem), [])
  assert.deepEqual(here.filter(({ closed }) => closed), [])
  here.forEach((client) => client.leave())
  await until(() => opened.every(({ closed }) => closed), 'all connections to be closed')
  await rest(server)
  const live = await follow(server, QUERIES[0])
  assert.equal((await live.data()).auction.highestBid.amount, highest['1'])
})

test('clients that send only a part of their request, or leave at once, leave nothing', async () => {
  const text = request(bidsOf('1'))
  await Promise.all(Array.from({ length: 200 }, async (_, i) => {
    const socket = await send(server, i % 3 ? text : text.slice(0, random(text.length)))
    if (i % 10 === 0) await invalidate(server, 'Auction:1')
    if (i % 2) socket.resetAndDestroy(); else socket.destroy()
  }))
})

// ---- what other stores are known to do wrong ----

const SLOW = (ms, id) => `query @live { slowField(waitFor: ${ms}) auction(id: "${id}") { bids { amount } } }`

describe('a run that is slower than the changes', () => {
  test('sees progress all the same, at its own pace', { timeout: 30000 }, async () => {
    const live = await follow(server, SLOW(50, '1'))
    const first = (await live.data()).auction.bids.length
    const began = performance.now()
    const timer = setInterval(() => bid(server, '1', 1), 20)
    for (let i = 0, bids = first; i < 15; i++) {
      const now = (await live.data()).auction.bids.length
      assert.ok(now > bids, `${now} bids after ${bids}`)
      bids = now
    }
    const took = performance.now() - began
    clearInterval(timer)
    assert.ok(took >= 15 * 50 - 10, `${took} ms for 15 runs of 50 ms: one at a time`)
    assert.ok(took < (sanitized ? 8000 : 1500), `${took} ms for 15 results`)
  })

  test('what changes during the first run is not lost', async () => {
    const { slowStarted } = await stats(server)
    const live = await follow(server, SLOW(200, '2'))
    await until(async () => (await stats(server)).slowStarted > slowStarted, 'the first run to begin')
    await bid(server, '2', 4711)
    let bids
    do ({ auction: { bids } } = await live.data()); while (bids.at(-1).amount !== 4711)
    assert.ok((await stats(server)).slowStarted - slowStarted <= 2)
  })

  test('nor what changes while a resolver has read it, but not yet answered', async () => {
    const late = await start('tests/wire/app', ['--probe-ms', '100'])
    const live = await follow(late, 'query @live { probe(id: "z") { name } }')
    await until(async () => (await stats(late)).promises === 1, 'the first run to begin')
    await invalidate(late, 'Probe:z')
    await live.data()
    await until(async () => (await stats(late)).liveEqual === 1, 'another run')
    assert.equal((await stats(late)).liveRuns, 2)
    await live.close()
    await late.stop()
  })

  test('many changes during one run make one more', async () => {
    const live = await follow(server, SLOW(300, '3'))
    await live.data()
    const runs = await growth(server, 'liveRuns', 2, async () => {
      for (let i = 1; i <= 10; i++) await bid(server, '3', 5000 + i)
      let bids
      do ({ auction: { bids } } = await live.data()); while (bids.at(-1).amount !== 5010)
    })
    assert.ok(sanitized || runs === 2, `${runs} runs`)
  })

  test('those who come during a run get a result of a run that began after', async () => {
    const one = await follow(server, SLOW(100, '4'))
    await one.data()
    for (let i = 1; i <= 5; i++) {
      await bid(server, '4', 6000 + i)
      const two = await follow(server, SLOW(100, '4'))
      assert.equal((await two.data()).auction.bids.at(-1).amount, 6000 + i)
      await two.close()
    }
  })

  test('who leaves during the run ends it', async () => {
    const live = await follow(server, SLOW(600000, '5'))
    await until(async () => (await stats(server)).promises === 1, 'the run to begin')
    await live.close()
    await rest(server)
  })

  test('who leaves does not end it for the others', async () => {
    const [one, two] = [await follow(server, SLOW(100, '5')), await follow(server, SLOW(100, '5'))]
    await Promise.all([one.data(), two.data()])
    await bid(server, '5', 7001)
    await until(async () => (await stats(server)).promises > 0, 'the run to begin')
    await one.close()
    assert.equal((await two.data()).auction.bids.at(-1).amount, 7001)
  })
})

test('many equal live queries and one change: one run, and a result for each', { timeout: 60000 }, async () => {
  const EQUAL = sanitized ? 200 : 1000
  const clients = []
  for (let i = 0; i < EQUAL; i++) clients.push(await watch(QUERIES[0], '1'))
  await until(() => clients.every(({ results }) => results === 1), 'the first results')
  const { liveGroups } = await stats(server)
  assert.ok(liveGroups <= workers, `${liveGroups} groups`)
  assert.equal(await growth(server, 'liveRuns', liveGroups, async () => {
    await bid(server, '1', 1e6)
    await until(() => clients.every(({ results }) => results === 2), 'a result for each')
  }), liveGroups)
  assert.ok(clients.every(({ highest }) => highest === 1e6))
  assert.deepEqual(clients.filter(({ problem }) => problem), [])
  await Promise.all(clients.map((client) => client.leave()))
})
