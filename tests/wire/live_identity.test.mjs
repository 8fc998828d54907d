// A live query runs as the client that asked for it, whoever invalidates; and once for all who are alike.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { ask, post, start, stats, until, workers } from './lib.mjs'
import { SECRET, bearer, follow, growth, invalidate, rest } from './live.mjs'

let server
before(async () => { server = await start('tests/wire/app', [], { JWT_SECRET: SECRET }) })
after(() => server.stop())
afterEach(() => rest(server))

const now = () => Math.floor(Date.now() / 1000)
const WHO = {
  anonymous: {},
  user: bearer({ sub: 'u1', roles: ['user'] }),
  editor: bearer({ sub: 'e1', roles: ['editor'] }),
  admin: bearer({ sub: 'a1', roles: ['admin'] }),
}
const codes = ({ errors = [] }) => errors.map(({ extensions }) => extensions.code)
const seen = ({ data, errors }) => (errors ? codes({ errors })[0] : Object.values(data)[0])

// What each sees of the two reports, always.
const REPORTS = {
  adminReport: { anonymous: 'UNAUTHENTICATED', user: 'FORBIDDEN', editor: 'FORBIDDEN', admin: 'the admin report' },
  editorReport: { anonymous: 'UNAUTHENTICATED', user: 'FORBIDDEN', editor: 'the editor report', admin: 'the editor report' },
}

// Whoever may invalidate, and how.
const INVALIDATORS = Object.entries(WHO).map(([who, headers]) => [who, (key) => invalidate(server, key, headers)])
INVALIDATORS.push(['an expired token', (key) => invalidate(server, key, bearer({ sub: 'a1', roles: ['admin'], exp: now() - 10 }))])
INVALIDATORS.push(['a forged one', (key) => invalidate(server, key, { authorization: `${WHO.admin.authorization}x` })])
INVALIDATORS.push(['a mutation over an event stream', async (key) => {
  const body = JSON.stringify({ query: 'mutation ($k: [String!]!) { invalidate(keys: $k) }', variables: { k: [key] } })
  await ask(server, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...WHO.admin }, body })
}])

describe('what was shown to bleed elsewhere does not here', () => {
  test('an anonymous client holds adminReport; an administrator invalidates: still nothing of it', async () => {
    const live = await follow(server, 'query @live { adminReport fastField }')
    const first = await live.result()
    assert.deepEqual(first, { errors: [{ message: "You don't have permission to do that.", locations: [{ line: 1, column: 15 }], path: ['adminReport'], extensions: { code: 'UNAUTHENTICATED' } }], data: null, isLive: true })
    assert.equal(await growth(server, 'liveEqual', 1, () => invalidate(server, 'Query.fastField', WHO.admin)), 1)
    assert.equal(live.received(), 0)
    await live.close()
  })

  test('a user follows an auction; an anonymous client invalidates, or bids are made by another: still his', async () => {
    const live = await follow(server, 'query @live { auction(id: "1") { id title bids { amount } } }', { headers: WHO.user })
    assert.equal((await live.data()).auction.title, 'Digital-only PS5')
    assert.equal(await growth(server, 'liveEqual', 2, async () => {
      await growth(server, 'liveEqual', 1, () => invalidate(server, 'Auction:1'))
      await invalidate(server, 'Query.auction')
    }), 2)
    await post(server.url, { query: 'mutation { bid(input: {auctionId: 1, amount: 7}) { amount } }' }, WHO.admin)
    assert.equal((await live.data()).auction.bids.at(-1).amount, 7)
    assert.equal(live.received(), 0)
    await live.close()
  })
})

describe('whoever invalidates', () => {
  for (const [field, views] of Object.entries(REPORTS)) {
    for (const [who, view] of Object.entries(views)) {
      test(`${field} of ${who}`, async () => {
        const live = await follow(server, `query @live { ${field} }`, { headers: WHO[who] })
        assert.equal(seen(await live.result()), view)
        for (const [, invalidateAs] of INVALIDATORS) assert.equal(await growth(server, 'liveEqual', 1, () => invalidateAs(`Query.${field}`)), 1)
        assert.equal(live.received(), 0, 'nothing has changed for him')
        await live.close()
      })
    }
  }
})

// A query whose result changes by each bid, so that everyone can be seen to get every one of them.
const REPORT = 'query @live { auction(id: "2") { bids { amount } } report: editorReport }'
const SLOW = 'query @live { auction(id: "2") { bids { amount } } secret: probe(id: "s") { slow(waitFor: 30) } admin: adminReport }'

test('many of each at once: each his own, and one run for all who are alike', { timeout: 60000 }, async () => {
  const EACH = 25
  const QUERY = 'query @live { editorReport alias: fastField }'
  // Nobody is told apart before the first run: those who came first may share it with all who came meanwhile.
  const clients = await Promise.all(Array.from({ length: EACH }, () => Object.keys(WHO)).flat()
    .map(async (who) => ({ who, live: await follow(server, QUERY, { headers: WHO[who] }) })))
  for (const { who, live } of clients) assert.equal(seen(await live.result()), REPORTS.editorReport[who], who)
  await until(async () => (await stats(server)).runs === 0, 'all runs to end')
  const groups = (await stats(server)).liveGroups
  assert.ok(groups >= 4 && groups <= 4 * workers, `${groups} groups`)
  for (const [, invalidateAs] of INVALIDATORS) assert.equal(await growth(server, 'liveRuns', groups, () => invalidateAs('Query.fastField')), groups)
  for (const { who, live } of clients) assert.equal(live.received(), 0, who)
  await Promise.all(clients.map(({ live }) => live.close()))
})

for (const [name, query, views] of [
  ['at once', REPORT, { anonymous: [], user: [], editor: [], admin: [] }],
  ['late', SLOW, { anonymous: [], user: [], editor: [], admin: [] }],
]) {
  test(`clients of all kinds come and go while the data changes; results come ${name}`, { timeout: 60000 }, async () => {
    const kinds = Object.keys(WHO)
    let going = true
    let bids = 0
    const bidding = (async () => { while (going) { await post(server.url, { query: 'mutation { bid(input: {auctionId: 2, amount: 1}) { amount } }' }, WHO[kinds[1 + (bids++ % 3)]]) } })()
    const secret = query === SLOW ? 'adminReport' : 'editorReport'
    const one = async (i) => {
      const who = kinds[i % 4]
      const live = await follow(server, query, { headers: WHO[who] })
      for (let n = 0; n < 1 + (i % 5); n++) {
        const result = await live.result()
        const view = REPORTS[secret][who]
        if (view.startsWith('the')) assert.equal(result.data.report ?? result.data.admin, view, who)
        else { assert.equal(result.data, null, who); assert.ok(codes(result).includes(view), `${who}: ${JSON.stringify(result)}`) }
        views[who].push(1)
        if (result.data === null) break // nothing that changes is in it
      }
      await live.close()
    }
    let i = 0
    await Promise.all(Array.from({ length: 12 }, async () => { while (i < 160) await one(i++) }))
    going = false
    await bidding
    kinds.forEach((who) => assert.ok(views[who].length >= 40, `${who} has seen something`))
  })
}

describe('tokens that expire while the stream is open', () => {
  const EXPIRED = { errors: [{ message: 'The token has expired.', extensions: { code: 'UNAUTHENTICATED' } }] }

  test('the stream ends and says why; those of others go on', { timeout: 20000 }, async () => {
    const exp = now() + 2
    const query = 'query @live { auction(id: "3") { id bids { amount } } }'
    const [expiring, staying] = await Promise.all([bearer({ sub: 'u1', exp }), WHO.user].map((headers) => follow(server, query, { headers })))
    assert.deepEqual(await expiring.result(), await staying.result())
    assert.deepEqual(await expiring.result(), EXPIRED)
    assert.ok(Date.now() >= exp * 1000)
    assert.deepEqual([await expiring.next(), await expiring.next()], [{ event: 'complete', data: '' }, { event: 'end' }])
    await post(server.url, { query: 'mutation { bid(input: {auctionId: 3, amount: 5}) { amount } }' }, WHO.admin)
    assert.equal((await staying.data()).auction.bids.at(-1).amount, 5)
    await staying.close()
  })

  test('also where all its fields are open', { timeout: 20000 }, async () => {
    const live = await follow(server, 'query @live { fastField }', { headers: bearer({ sub: 'u1', exp: now() + 1 }) })
    assert.deepEqual(await live.data(), { fastField: 'I am fast' })
    assert.deepEqual(await live.result(), EXPIRED)
    assert.equal((await live.next()).event, 'complete')
  })

  for (const [name, others] of [['the first of its query', []], ['one that others share', [WHO.admin, WHO.anonymous]]]) {
    test(`nor of a run that was begun before, ${name}`, { timeout: 20000 }, async () => {
      const query = 'query @live { adminReport slowField(waitFor: 1500) }'
      const there = await Promise.all(others.map((headers) => follow(server, query, { headers })))
      for (const live of there) await live.result()
      const live = await follow(server, query, { headers: bearer({ sub: 'a1', roles: ['admin'], exp: now() + 2 }) })
      // A run that is begun while the token is good, and over when it is not any more.
      const { slowStarted } = await stats(server)
      let result = await live.result()
      if (!result.errors) {
        await invalidate(server, 'Query.slowField')
        await until(async () => (await stats(server)).slowStarted > slowStarted, 'another run')
        result = await live.result()
      }
      assert.deepEqual([result.data ?? null, codes(result)], [null, ['UNAUTHENTICATED']])
      assert.equal(there[0]?.received() ?? 0, 0)
    })
  }

  test('one of many: the others go on', { timeout: 20000 }, async () => {
    const exp = now() + 2
    const query = 'query @live { adminReport auction(id: "4") { bids { amount } } }'
    const clients = await Promise.all(Array.from({ length: 12 }, (_, i) =>
      follow(server, query, { headers: i % 3 ? WHO.admin : bearer({ sub: `x${i}`, roles: ['admin'], exp: exp + 60 * (i % 2) }) })))
    for (const live of clients) assert.equal((await live.data()).adminReport, 'the admin report')
    await until(() => Date.now() >= exp * 1000, 'the tokens to expire')
    await post(server.url, { query: 'mutation { bid(input: {auctionId: 4, amount: 5}) { amount } }' }, WHO.user)
    for (const [i, live] of clients.entries()) {
      const result = await live.result()
      if (i % 6 === 0) assert.deepEqual([result.data ?? null, codes(result)[0]], [null, 'UNAUTHENTICATED'])
      else assert.equal(result.data.auction.bids.at(-1).amount, 5)
    }
    await Promise.all(clients.map((live) => live.close()))
  })
})

test('a token that is bad from the beginning is none, and the log says why', async () => {
  const live = await follow(server, 'query @live { adminReport }', { headers: bearer({ sub: 'a1', roles: ['admin'], exp: now() - 1 }) })
  assert.deepEqual(codes(await live.result()), ['UNAUTHENTICATED'])
  assert.match(server.log(), /it has expired/)
  await live.close()
})
