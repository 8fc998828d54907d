// Resolvers on generated types (tests/unit/codegen/services.c), as clients see them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as incremental from './incremental.mjs'
import * as live from './live.mjs'
import { post, start, subscribe } from './lib.mjs'

let server
before(async () => { server = await start('tests/unit/codegen/app') })
after(() => server.stop())
after(incremental.closeAll)

const ask = async (query, variables) => (await post(server.url, { query, variables })).json
const data = async (query, variables) => {
  const result = await ask(query, variables)
  assert.equal(result.errors, undefined)
  return result.data
}

async function rest(stream) {
  const results = []
  for (;;) {
    const { event, data } = await stream.next()
    if (event !== 'next') return results
    results.push(data)
  }
}

test('members of every kind are read', async () => {
  const { auction } = await data(`{ auction(id: "1") {
    id title note mood startPrice reserve views rating isHot isFree data seller { name } winner { name } watchers { name } tags scores
    guesses grid moods parts { __typename ... on Bid { amount by { name } } ... on Seller { id } } default } }`)
  assert.deepEqual(auction, {
    id: '1', title: 'A car', note: null, mood: null, startPrice: 99.5, reserve: null, views: 7, rating: -3, isHot: true, isFree: null,
    data: 42, seller: { name: 'Anna' }, winner: null, watchers: [{ name: 'Ben' }, null], tags: ['red'], scores: null, guesses: [5, null],
    grid: null, moods: ['SAD'],
    parts: [{ __typename: 'Bid', amount: 100, by: { name: 'Ben' } }, { __typename: 'Seller', id: 's1' }, null], default: false,
  })
})

test('results of every kind are put', async () => {
  assert.deepEqual(await data('{ version mood numbers grid maybe part { __typename } n: node(id: "s1") { __typename id } none: node(id: "9") { id } }'), {
    version: 'xylem 0.1.0', mood: 'SAD', numbers: [0, 0, 3], grid: [[0], []], maybe: null, part: { __typename: 'Seller' },
    n: { __typename: 'Seller', id: 's1' }, none: null,
  })
})

test('an argument that is absent is not one that is null', async () => {
  const echo = (args) => data(`{ echo${args} }`).then((result) => result.echo)
  assert.equal(await echo(''), '- -1 - 0 -')
  assert.equal(await echo('(mood: null, flag: null)'), '- -1 mood 0 null')
  assert.equal(await echo('(mood: SAD, flag: true, number: 0.5)'), '- 1 mood 0.5 true')
  assert.deepEqual(await echo('(json: { a: [1, null] })'), { a: [1, null] })
  assert.equal(await echo('(json: null)'), null)
})

test('defaults and lists of arguments', async () => {
  assert.deepEqual((await ask('{ auctions(limit: 0) { id } }')).errors[0].message, 'limit 0, 0 tags')
  assert.deepEqual((await ask('{ auctions(tags: ["a", "b"]) { id } }')).errors[0].message, 'limit 3, 2 tags')
})

test('a list that may not be null and was not filled is empty', async () => {
  assert.deepEqual(await data('{ auctions(status: null) { id } }'), { auctions: [] })
  assert.deepEqual(await data('{ auctions { id } }'), { auctions: [{ id: '1' }] })
})

test('computed fields and fields with arguments have a self', async () => {
  assert.deepEqual(await data('{ auction(id: "1") { highest bid(amount: 100) { amount } history(first: 1) { amount } } }'),
    { auction: { highest: 100, bid: { amount: 100 }, history: [{ amount: 100 }] } })
})

test('a loader may answer, at once for what it has fetched before', async () => {
  assert.deepEqual(await data('{ auction(id: "1") { seller { rival { name rival { name rival { id } } } } } }'),
    { auction: { seller: { rival: { name: 'Ben', rival: { name: 'Anna', rival: { id: 's2' } } } } } })
})

test('a promise is answered later, at once, with null, or by an error', async () => {
  assert.deepEqual(await data('{ slow(wait: 2) { id } none: slow(wait: 0) { id } }'), { slow: { id: '1' }, none: null })
  for (const [wait, message] of [[-1, 'no time'], [-2, 'no time at -2']]) {
    const result = await ask(`{ slow(wait: ${wait}) { id } }`)
    assert.equal(result.data.slow, null)
    assert.equal(result.errors[0].message, message)
  }
})

test('a client that goes takes the timer of its promise along', async () => {
  await assert.rejects(fetch(server.url, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ slow(wait: 60000) { id } }"}',
    signal: AbortSignal.timeout(50),
  }))
})

test('a blocking resolver runs on the pool, for structs and for events', async () => {
  assert.deepEqual(await data('{ primes(below: 12) auction(id: "1") { summary } }'),
    { primes: [2, 3, 5, 7, 11], auction: { summary: 'A car, 7 seen' } })
  assert.equal((await ask('{ primes(below: -1) }')).errors[0].message, 'no primes below -1')
  const [{ data: { offers } }] = await rest(await subscribe(server, { query: 'subscription { offers { summary } }' }))
  assert.deepEqual(offers, { summary: 'A car, 7 seen' })
})

test('a source of a list is collected, and streamed with @stream', async () => {
  assert.equal((await data('{ alphabet }')).alphabet.join(''), 'abcdefghijklmnopqrstuvwxyz')
  const { first, later } = await streamed('{ alphabet @stream(initialCount: 20) }')
  assert.deepEqual(first, { data: { alphabet: [...'abcdefghijklmnopqrst'] }, hasNext: true })
  assert.equal(later.map((part) => part.items).flat().join(''), 'uvwxyz')
})

async function streamed(query) {
  const response = await fetch(server.url, {
    method: 'POST', headers: { 'content-type': 'application/json', accept: 'multipart/mixed' }, body: JSON.stringify({ query }),
  })
  const parts = (await response.text()).split('\r\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
  return { first: parts[0], later: parts.slice(1).flatMap((part) => part.incremental ?? []) }
}

test('a source of a list that fails tells its client why', async () => {
  const { errors } = await ask('{ bidders { name } }')
  assert.equal(errors[0].message, 'only 1 of them')
  const refused = await ask('{ auction(id: "1") { history(first: -2) { amount } } }')
  assert.deepEqual(refused.errors[0].message, 'first is -2')
  assert.equal(refused.data.auction, null)
})

test('a source of a subscription', async () => {
  assert.deepEqual(await rest(await subscribe(server, { query: 'subscription { countdown(from: 4, step: 2) }' })),
    [4, 2, 0].map((countdown) => ({ data: { countdown } })))
  const [refused] = await rest(await subscribe(server, { query: 'subscription { countdown(from: -1) }' }))
  assert.equal(refused.errors[0].message, 'from -1 on?')
})

test('events are objects of their types: computed fields are resolved for them', async () => {
  assert.deepEqual(await rest(await subscribe(server, {
    query: 'subscription { offers { id highest seller { name } mood guesses parts { __typename ... on Bid { amount } } } }',
  })), [
    { data: { offers: { id: '1', highest: 100, seller: { name: 'Anna' }, mood: null, guesses: [5, null],
      parts: [{ __typename: 'Bid', amount: 100 }, { __typename: 'Seller' }, null] } } },
    { data: { offers: null } },
  ])
})

test('a mutation publishes to the topic of its key, and invalidates', async () => {
  const mine = await subscribe(server, { query: 'subscription { bidMade(auctionId: "1") { amount by { id name } } }' })
  const other = await subscribe(server, { query: 'subscription { bidMade(auctionId: "2") { amount } }' })
  const watcher = await live.follow(server, 'query @live { auction(id: "1") { highest } }')
  assert.deepEqual((await watcher.next()).data.data, { auction: { highest: 100 } })
  assert.deepEqual(await data('mutation { bid(input: { auctionId: "1", amount: 300, by: {} }) { amount } }'), { bid: { amount: 300 } })
  assert.deepEqual((await mine.next()).data, { data: { bidMade: { amount: 300, by: { id: 's2', name: 'Ben' } } } })
  assert.deepEqual((await watcher.next()).data.data, { auction: { highest: 300 } })
  watcher.close()
  mine.close()
  other.close()
})

test('a topic that the SDL calls durable keeps its events, others do not', async () => {
  const document = { query: 'subscription { bidMade(auctionId: "1") { amount } }' }
  const bid = (amount) => data(`mutation { bid(input: { auctionId: "1", amount: ${amount}, by: {} }) { amount } }`)
  const first = await subscribe(server, document)
  await bid(400)
  const { id } = await first.next()
  assert.match(id, /^[0-9a-f]{16}-\d+-\d+$/)
  await first.close()
  await bid(401)
  const again = await subscribe(server, document, { 'last-event-id': id })
  assert.deepEqual((await again.next()).data, { data: { bidMade: { amount: 401 } } })
  await again.close()
})

test('a field with @requireAuth asks who it is', async () => {
  const { errors } = await ask('mutation { close(id: "1") { id } }')
  assert.equal(errors[0].message, "You don't have permission to do that.")
})

test('introspection has no word of what is between the SDL and the generator', async () => {
  const { __schema } = await data('{ __schema { directives { name } } }')
  const names = __schema.directives.map((directive) => directive.name)
  for (const name of ['computed', 'later', 'blocking', 'topic']) assert.ok(!names.includes(name), name)
})
