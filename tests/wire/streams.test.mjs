// What is open on all workers, and why it runs.
import assert from 'node:assert/strict'
import http from 'node:http'
import { after, afterEach, before, test } from 'node:test'
import { admin, invalidate, publish, SECRET, streams } from './admin.mjs'
import { parse } from './prometheus.mjs'
import { post, start, stats, subscribe, until } from './lib.mjs'

let server
before(async () => { server = await start('tests/wire/app', ['--workers', '2'], { XYLEM_SECRET: SECRET }) })
after(() => server.stop())

const open = []
async function live(query, variables, at = server) {
  const stream = await subscribe(at, { query, variables })
  open.push(stream)
  await stream.next()
  return stream
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((stream) => stream.close()))
  await until(async () => { const { liveQueries, subscriptions } = await streams(server); return liveQueries + subscriptions === 0 }, 'the end of all streams')
})

const AUCTION = 'query Auction($id: ID!) @live { auction(id: $id) { id highestBid { amount } } }'

test('nothing is open', async () => {
  const answer = await admin(server, 'streams', { method: 'GET' })
  assert.equal(answer.status, 200)
  assert.match(answer.headers['content-type'], /^application\/json/)
  assert.equal(answer.headers['cache-control'], 'no-store')
  assert.deepEqual({ ...answer.json, liveRuns: 0, liveResults: 0, published: 0, delivered: 0 },
    { workers: 2, liveQueries: 0, liveGroups: 0, liveRuns: 0, liveResults: 0, subscriptions: 0, topics: 0, published: 0, delivered: 0, store: 'local', groups: [], leftOut: 0 })
})

test('HEAD is answered as GET, without a body', async () => {
  const { status, text, headers } = await admin(server, 'streams', { method: 'HEAD' })
  assert.equal(status, 200)
  assert.equal(text, '')
  assert.ok(Number(headers['content-length']) > 10)
})

test('a group tells what it is, what it depends on, and why it ran', async () => {
  await live(AUCTION, { id: '1' })
  const [group] = (await streams(server)).groups
  const { id, worker, lagMs, bytes, ...rest } = group
  assert.match(id, /^[0-9a-f]{16}$/)
  assert.ok(worker === 0 || worker === 1)
  assert.ok(lagMs >= 0 && bytes > 0)
  assert.deepEqual(rest, {
    kind: 'live', operation: 'Auction', document: AUCTION, variables: { id: '[redacted]' }, state: 'watching', members: 1, behind: 0, runs: 1, equal: 0,
    superseded: 0, results: 1, throttleMs: 0, keys: rest.keys, keyCount: 3, cause: { kind: 'opened' },
  })
  assert.deepEqual([...rest.keys].sort(), ['Auction:1', 'Query.auction', 'Query.auction(id:"1")'])
  const next = async (body, cause) => {
    await invalidate(server, body)
    return until(async () => (await streams(server)).groups.find((g) => g.id === id && g.cause.kind === cause), cause)
  }
  assert.deepEqual((await next({ key: 'Auction:1' }, 'key')).cause, { kind: 'key', key: 'Auction:1' })
  const { runs, equal, results } = await next({ all: true }, 'all')
  assert.deepEqual({ runs, equal, results }, { runs: 3, equal: 2, results: 1 })
})

test('groups of both workers, and clients that share one', async () => {
  for (let i = 0; i < 16; i++) await live(AUCTION, { id: '2' })
  await post(server.url, { query: 'mutation { bid(input: {auctionId: "2", amount: 55}) { amount } }' })
  await Promise.all(open.map((stream) => stream.next()))
  const { workers, liveQueries, liveGroups, groups, leftOut } = await streams(server)
  assert.deepEqual({ workers, liveQueries, leftOut, liveGroups }, { workers: 2, liveQueries: 16, leftOut: 0, liveGroups: groups.length })
  assert.equal(groups.reduce((sum, { members }) => sum + members, 0), 16)
  assert.equal(groups.reduce((sum, { results }) => sum + results, 0), 32)
  // The kernel spreads connections as it likes: 16 on one worker alone are one in 32,768.
  assert.deepEqual(groups.map(({ worker }) => worker).sort(), [0, 1])
  assert.ok(groups[0].members >= groups[1].members)
})

test('the largest come first, and what is beyond the limit is counted', async () => {
  for (let i = 1; i <= 5; i++) await live(`query Q${i} @live { auction(id: "${i}") { id } }`)
  for (let i = 0; i < 12; i++) await live('query Big @live { fastField }')
  const all = await streams(server)
  const size = ({ members, runs }) => members * 1e6 + runs
  assert.equal(all.leftOut, 0)
  assert.deepEqual(all.groups.map(size), all.groups.map(size).sort((a, b) => b - a))
  assert.equal(all.groups[0].operation, 'Big')
  for (const limit of [0, 1, 2, 3, 100, 1000]) {
    const { groups, leftOut } = await streams(server, `?limit=${limit}`)
    assert.equal(groups.length, Math.min(limit, all.groups.length))
    assert.equal(leftOut, all.groups.length - groups.length)
    assert.deepEqual(groups.map(size), all.groups.map(size).slice(0, limit))
  }
  for (const limit of ['', 'x', '-1', '1001', '1.5', '99999999999999999999']) {
    const answer = await admin(server, 'streams', { method: 'GET', query: `?limit=${limit}` })
    assert.equal(answer.status, 400, limit)
    assert.equal(answer.message, 'limit must be a number from 0 to 1000.')
  }
})

test('what is long is cut: a document, a key, the number of keys', async () => {
  await live(`query @live { ${Array.from({ length: 6 }, (_, i) => `a${i}: auction(id: "${'ü'.repeat(300)}${i}") { id }`).join(' ')} }`)
  const [{ operation, document, keys, keyCount }] = (await streams(server)).groups
  assert.equal(operation, null)
  assert.ok(Buffer.byteLength(document) <= 1024 + 3 && Buffer.byteLength(document) > 1000)
  assert.ok(document.endsWith('ü…'))
  assert.equal(keyCount, 7)
  for (const key of keys) assert.ok(Buffer.byteLength(key) <= 256 + 3 && !key.includes('\ufffd'))
})

test('values of variables are shown where the log shows them', async () => {
  const open_server = await start('tests/wire/app', ['--log-variables'], { XYLEM_SECRET: SECRET })
  const stream = await subscribe(open_server, { query: AUCTION, variables: { id: '4' } })
  await stream.next()
  assert.deepEqual((await streams(open_server)).groups[0].variables, { id: '4' })
  await stream.close()
  await open_server.stop()
})

test('metrics count the same', async () => {
  const read = async () => parse(await (await fetch(new URL('/metrics', server.url))).text())
  const before = await read()
  await live(AUCTION, { id: '1' })
  await invalidate(server, { keys: ['Auction:1', 'nobody:1'] })
  const more = async (name) => (await read()).get(`xylem_${name}`) - before.get(`xylem_${name}`)
  await until(async () => (await more('live_runs_total')) === 2, 'two runs')
  for (const [name, expected] of Object.entries({
    live_queries: 1, live_groups: 1, live_keys: 3, live_invalidations_total: 2, live_runs_equal_total: 1, live_results_total: 1, live_results_superseded_total: 0,
  })) assert.equal(await more(name), expected, name)
})

test('a group of subscriptions tells who listens to what, and what they were sent', async () => {
  const query = 'subscription Room($id: ID!) { newMessage(roomId: $id) { body } }'
  const listeners = []
  for (let i = 0; i < 8; i++) listeners.push(await subscribe(server, { query, variables: { id: '1' } }))
  await until(async () => (await streams(server)).subscriptions === 8, 'the subscriptions')
  const quiet = await streams(server)
  const sum = (groups, name) => groups.reduce((total, group) => total + group[name], 0)
  assert.equal(quiet.topics, 1)
  assert.equal(quiet.liveGroups, 0)
  assert.equal(sum(quiet.groups, 'members'), 8)
  for (const { cause } of quiet.groups) assert.deepEqual(cause, { kind: 'never' })
  await publish(server, { topic: 'newMessage', id: '1', payload: { body: 'hello' } })
  await Promise.all(listeners.map((stream) => stream.next()))
  const { groups } = await streams(server)
  assert.equal(sum(groups, 'members'), 8)
  assert.equal(sum(groups, 'results'), 8)
  assert.equal(sum(groups, 'bytes'), 8 * JSON.stringify({ data: { newMessage: { body: 'hello' } } }).length)
  for (const { id, worker, members, results, bytes, ...rest } of groups) {
    assert.ok(quiet.groups.some((group) => group.id === id && group.worker === worker))
    assert.equal(results, members)
    assert.deepEqual(rest, {
      kind: 'subscription', operation: 'Room', document: query, variables: { id: '[redacted]' }, topic: 'newMessage:1', state: 'idle', behind: 0, runs: 1,
      alone: 0, waiting: 0, dropped: 0, cause: { kind: 'event', topic: 'newMessage:1' },
    })
  }
  await Promise.all(listeners.map((stream) => stream.close()))
  await until(async () => (await streams(server)).groups.length === 0, 'the end of the groups')
})

test('a subscription whose source pushes is in the totals only', async () => {
  const stream = await subscribe(server, { query: 'subscription { countdown(from: 100, interval: 1) }' })
  await stream.next()
  const { subscriptions, topics, groups } = await streams(server)
  assert.deepEqual({ subscriptions, topics, groups }, { subscriptions: 1, topics: 0, groups: [] })
  await stream.close()
})

test('clients that go before they are answered, and many at once', async () => {
  for (let i = 0; i < 8; i++) await live(AUCTION, { id: '5' })
  const gone = []
  for (let i = 0; i < 200; i++) {
    const request = http.get(`${server.url}/streams`, { agent: false, headers: { authorization: `Bearer ${SECRET}` } })
    request.on('error', () => {})
    if (i % 2) request.on('socket', (socket) => socket.on('connect', () => setImmediate(() => request.destroy())))
    gone.push(new Promise((resolve) => request.on('close', resolve)))
    request.on('response', (response) => response.resume())
    if (i % 20 === 19) await Promise.all(gone)
  }
  assert.equal((await streams(server)).liveQueries, 8)
})

test('a server that is stopped while it is asked', async () => {
  const stopped = await start('tests/wire/app', ['--workers', '2'], { XYLEM_SECRET: SECRET })
  let going = true
  const loop = async () => {
    while (going) await admin(stopped, 'streams', { method: 'GET' }).catch(() => { going = false })
  }
  const loops = [loop(), loop(), loop(), loop()]
  await until(async () => (await stats(stopped)).requests > 50, 'some questions')
  await stopped.stop()
  await Promise.all(loops)
})
