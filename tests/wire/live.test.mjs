// Live queries on the wire: when a result comes, to whom, in which form; and what reaches them.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import apollo3 from 'apollo3/core/core.cjs'
import * as apollo4 from 'apollo4'
import { Client, fetchExchange } from '@urql/core'
import { EventSource } from 'eventsource'
import { createClient } from 'graphql-sse'
import { pipe, subscribe as subscribeTo } from 'wonka'
import { ask, post, raw, start, stats, until, workers } from './lib.mjs'
import { BIDS, bid, bidsOf, follow, growth, invalidate, request, rest } from './live.mjs'

let server
let amount = 1000
const next = () => ++amount
before(async () => { server = await start() })
after(() => server.stop())
afterEach(() => rest(server))

const last = ({ auction }) => auction.bids.at(-1).amount

describe('results', () => {
  test('the first at once, then one for each bid', async () => {
    const live = await follow(server, 'query @live { auction(id: "1") { title id bids { amount } highestBid { amount } } }')
    const first = await live.result()
    assert.deepEqual(Object.keys(first), ['data', 'isLive'])
    assert.deepEqual(Object.keys(first.data.auction), ['title', 'id', 'bids', 'highestBid'])
    assert.equal(first.isLive, true)
    for (const one of [next(), next()]) {
      await bid(server, '1', one)
      assert.equal((await live.data()).auction.highestBid.amount, one)
    }
    await live.close()
  })

  test('a bid on another auction is no news', async () => {
    const live = await follow(server, BIDS)
    await live.result()
    assert.equal(await growth(server, 'liveRuns', 1, async () => { await bid(server, '2', next()); await bid(server, '1', next()) }), 1)
    assert.equal(last(await live.data()), amount)
    await live.close()
  })

  test('what is the same as before is not sent again', async () => {
    const live = await follow(server, BIDS)
    await live.result()
    assert.equal(await growth(server, 'liveEqual', 1, () => invalidate(server, 'Auction:1')), 1)
    await bid(server, '1', next())
    assert.equal(last(await live.data()), amount)
    assert.equal(live.received(), 0)
    await live.close()
  })

  test('a newcomer gets what is, those who are there get nothing', async () => {
    const one = await follow(server, BIDS)
    const now = await one.data()
    const two = await follow(server, BIDS)
    assert.deepEqual(await two.data(), now)
    await bid(server, '1', next())
    assert.deepEqual(await one.data(), await two.data())
    assert.equal(one.received(), 0)
    await Promise.all([one.close(), two.close()])
  })

  // Of a text that was never seen before there is no document in the cache yet.
  test('the first of its kind shares its runs with those who come later', async () => {
    const all = []
    for (let i = 0; i < 8; i++) {
      all.push(await follow(server, 'query First($id: ID!) @live { auction(id: $id) { bids { amount } first: __typename } }', { variables: { id: '1' } }))
      await all[i].result()
    }
    const groups = (await stats(server)).liveGroups
    assert.ok(groups <= workers, `${groups} groups`)
    assert.equal(await growth(server, 'liveRuns', groups, () => invalidate(server, 'Auction:1')), groups)
    await Promise.all(all.map((live) => live.close()))
  })

  test('others of the same text, with other variables, do not', async () => {
    const query = 'query ($text: String) @live { echo(text: $text) }'
    for (const text of ['a', 'b', null, undefined]) {
      const live = await follow(server, query, { variables: { text } })
      assert.equal((await live.data()).echo, JSON.stringify({ text }))
    }
    assert.equal((await stats(server)).liveGroups, 4)
    assert.equal(await growth(server, 'liveRuns', 4, () => invalidate(server, 'Query.echo')), 4)
  })

  test('a list of keys is one batch', async () => {
    const live = await follow(server, 'query @live { auctions { id bids { amount } } fastField }')
    await live.result()
    const keys = ['Auction:1', 'Auction:2', 'Auction:3', 'Query.auctions', 'Query.fastField', 'Auction:1', '']
    assert.equal(await growth(server, 'liveRuns', 2, async () => {
      await growth(server, 'liveRuns', 1, () => invalidate(server, keys))
      await bid(server, '1', next())
    }), 2)
    await live.data()
    await live.close()
  })

  test('many mutations in one request: the last result is the newest', async () => {
    const live = await follow(server, BIDS)
    await live.result()
    const fields = Array.from({ length: 15 }, (_, i) => `b${i}: bid(input: {auctionId: 1, amount: ${next()}}) { amount }`)
    await post(server.url, { query: `mutation { ${fields.join(' ')} }` })
    let data
    do data = await live.data(); while (last(data) !== amount)
    assert.equal(live.received(), 0)
    await live.close()
  })
})

// ---- what a query is reached by ----

const REACHED = [
  ['an object with its id', '{ auction(id: "1") { id } }', ['Auction:1', 'Query.auction', 'Query.auction(id:"1")']],
  ['an object without', '{ auction(id: "1") { title } }', ['Auction:1']],
  ['an id under an alias', '{ auction(id: "1") { x: id } }', ['Auction:1']],
  ['an object below others', '{ probe(id: "7") { child { child { name } } } }', ['Probe:7', 'Probe:7.c', 'Probe:7.c.c', 'Query.probe', 'Query.probe(id:"7")']],
  ['objects of a list', '{ auctions { title } }', ['Query.auctions', 'Auction:1', 'Auction:5']],
  ['objects whose id is only read', '{ auctions { __typename } }', ['Auction:3']],
  ['a field without arguments', '{ fastField }', ['Query.fastField']],
  ['a list that is empty', '{ room(id: "r") { body } }', ['Query.room', 'Query.room(id:"r")']],
  ['a number as id', '{ auction(id: 5) { title } }', ['Auction:5', 'Query.auction(id:"5")']],
  ['an object that is not there', '{ auction(id: "404") { title } }', ['Query.auction', 'Query.auction(id:"404")']],
  ['a variable', 'query ($id: ID!) { auction(id: $id) { title } }', ['Auction:2', 'Query.auction(id:"2")'], { id: '2' }],
  ['a number as variable', 'query ($id: ID!) { auction(id: $id) { title } }', ['Auction:2', 'Query.auction(id:"2")'], { id: 2 }],
  ['the default of a variable', 'query ($id: ID! = 3) { auction(id: $id) { title } }', ['Auction:3', 'Query.auction(id:"3")']],
  ['the default of an argument', '{ probe { name } }', ['Probe:p1', 'Query.probe', 'Query.probe(id:"p1")']],
  ['a default where a variable is absent', 'query ($id: ID! = "p2") { probe(id: $id) { name } }', ['Probe:p2', 'Query.probe(id:"p2")']],
  ['other arguments than id', '{ echo(text: "t", ids: ["1"]) }', ['Query.echo']],
  ['aliases of a root field', '{ a: auction(id: "1") { title } b: auction(id: "2") { title } }', ['Query.auction(id:"1")', 'Query.auction(id:"2")', 'Auction:1', 'Auction:2', 'Query.auction']],
  ['many root fields', '{ fastField auctions { id } probe { id } echo room(id: 1) { body } }', ['Query.fastField', 'Query.auctions', 'Query.probe', 'Query.echo', 'Query.room(id:"1")', 'Probe:p1']],
  ['fragments', 'query { ...Q ... on Query { probe { ...P } } } fragment Q on Query { auction(id: 4) { title } } fragment P on Probe { child { name } }',
    ['Query.auction(id:"4")', 'Auction:4', 'Query.probe', 'Probe:p1.c']],
  ['a quote in an id', '{ probe(id: "a\\"b") { name } }', ['Probe:a"b', 'Query.probe(id:"a\\"b")']],
  ['an id that is not ASCII', '{ probe(id: "ü 😀") { name } }', ['Probe:ü 😀', 'Query.probe(id:"ü 😀")']],
  ['an empty id', '{ probe(id: "") { name } }', ['Probe:', 'Query.probe(id:"")']],
  ['a field that fails', '{ boom }', ['Query.boom']],
]
const MISSES = [
  'auction:1', 'AUCTION:1', 'Auction:01', 'Auction:1 ', ' Auction:1', 'Auction: 1', 'Auction:"1"', '"Auction:1"', 'Auction:1\n', 'Auction:', 'Auction', 'Auction:2', 'Auction:1\u0000', 'Auction:11',
  'Query.auctio', 'Query.auctions', 'query.auction', 'Query.auction()', 'Query.auction(id:1)', 'Query.auction(id: "1")', "Query.auction(id:'1')", 'Query.auction(id:"2")', 'Query.auction(id:"1"', 'Query',
  'Query.auction(ID:"1")', 'auction', 'Query.fastField', '["Auction:1"]', '*', 'Auction:*', '1', '.', ':', 'é', 'x'.repeat(4096), '',
]

describe('what reaches a query', () => {
  for (const [name, query, keys, variables] of REACHED) {
    test(name, async () => {
      const live = await follow(server, query.replace(/^(query)? ?(\(.*?\))? ?\{/, (_, word, declared) => `query ${declared ?? ''} @live {`), { variables })
      await live.result()
      for (const key of keys) assert.equal(await growth(server, 'liveRuns', 1, () => invalidate(server, key)), 1, key)
      await live.close()
    })
  }

  test('and what does not: near misses, and what nobody knows', async () => {
    const live = await follow(server, BIDS)
    await live.result()
    for (const some of [MISSES, ...MISSES.map((key) => [key])]) {
      await growth(server, 'invalidations', some.length, () => invalidate(server, some))
    }
    assert.equal(await growth(server, 'liveRuns', 1, () => invalidate(server, 'Auction:1')), 1)
    await live.close()
  })

  test('a key that is too long is refused, and so is all of its list', async () => {
    const live = await follow(server, BIDS)
    await live.result()
    const { json } = await post(server.url, { query: 'mutation ($keys: [String!]!) { invalidate(keys: $keys) }', variables: { keys: ['Auction:1', 'x'.repeat(4097)] } })
    assert.equal(json.errors[0].extensions.code, 'BAD_USER_INPUT')
    assert.equal(await growth(server, 'liveRuns', 1, () => invalidate(server, 'Auction:1')), 1)
    await live.close()
  })

  test('a field that @skip or @include leaves out is none of its keys', async () => {
    const live = await follow(server, 'query ($no: Boolean = false) @live { fastField @include(if: $no) echo @skip(if: true) auction(id: 1) { title } }')
    assert.deepEqual(Object.keys((await live.data())), ['auction'])
    await invalidate(server, ['Query.fastField', 'Query.echo'])
    assert.equal(await growth(server, 'liveRuns', 1, () => invalidate(server, 'Auction:1')), 1)
    await live.close()
  })
})

// ---- if and throttle ----

const one = async (query, variables) => (await post(server.url, { query, variables }, { accept: 'text/event-stream' })).text
const PLAIN = ':\n\nevent: next\ndata: {"data":{"fastField":"I am fast"}}\n\nevent: complete\ndata:\n\n'

describe('@live(if:)', () => {
  for (const [query, variables] of [
    ['query @live(if: false) { fastField }'],
    ['query @live(if: null) { fastField }'],
    ['query ($b: Boolean) @live(if: $b) { fastField }', { b: false }],
    ['query ($b: Boolean) @live(if: $b) { fastField }', { b: null }],
    ['query ($b: Boolean = false) @live(if: $b) { fastField }'],
    ['query ($b: Boolean! = false) @live(if: $b) { fastField }', {}],
    ['query ($b: Boolean = null) @live(if: $b) { fastField }'],
  ]) {
    test(`${query} with ${JSON.stringify(variables)} is a plain query`, async () => {
      assert.equal(await one(query, variables), PLAIN)
      assert.equal((await post(server.url, { query, variables })).text, '{"data":{"fastField":"I am fast"}}')
    })
  }

  for (const [query, variables] of [
    ['query @live(if: true) { fastField }'],
    ['query ($b: Boolean) @live(if: $b) { fastField }'],
    ['query ($b: Boolean) @live(if: $b) { fastField }', { b: true }],
    ['query ($b: Boolean = true) @live(if: $b) { fastField }'],
    ['query ($b: Boolean = false) @live(if: $b) { fastField }', { b: true }],
  ]) {
    test(`${query} with ${JSON.stringify(variables)} is live`, async () => {
      const live = await follow(server, query, { variables })
      assert.deepEqual(await live.result(), { data: { fastField: 'I am fast' }, isLive: true })
      await live.close()
    })
  }
})

const throttled = (throttle, declared = '') => `query ${declared} @live(throttle: ${throttle}) { auction(id: "1") { bids { amount } } }`

describe('@live(throttle:)', () => {
  for (const [query, variables] of [
    [throttled('0')], [throttled('-1')], [throttled('-2147483648')], [throttled('null')],
    [throttled('$t', '($t: Int)')], [throttled('$t', '($t: Int)'), { t: 0 }], [throttled('$t', '($t: Int)'), { t: null }], [throttled('$t', '($t: Int = -5)')],
  ]) {
    test(`${query} with ${JSON.stringify(variables)} is not throttled`, async () => {
      const live = await follow(server, query, { variables })
      await live.result()
      for (let i = 0; i < 3; i++) {
        await bid(server, '1', next())
        assert.equal(last(await live.data()), amount)
      }
      await live.close()
    })
  }

  for (const [query, variables] of [[throttled('200')], [throttled('$t', '($t: Int)'), { t: 200 }], [throttled('$t', '($t: Int = 200)')]]) {
    test(`${query} with ${JSON.stringify(variables)}: at most one in 200 ms, and the last one too`, async () => {
      const live = await follow(server, query, { variables })
      const began = performance.now()
      await live.result()
      let end
      const all = (async () => { while (performance.now() < began + 700) await bid(server, '1', next()); await bid(server, '1', end = next()) })()
      let results = 0
      for (let seen; seen !== (end ?? null); results++) seen = last(await live.data())
      await all
      // The first one comes at once, the others 200 ms apart. Here they may come in heaps: only their number is told.
      const most = 2 + (performance.now() - began) / 200
      assert.ok(results >= 2 && results <= most, `${results} results, ${most} at most`)
      await live.close()
    })
  }

  test('a newcomer of a throttled query does not wait', async () => {
    const one = await follow(server, throttled('600000'))
    await one.result()
    await bid(server, '1', next())
    const two = await follow(server, throttled('600000'))
    assert.equal(last(await two.data()), amount)
    await Promise.all([one.close(), two.close()])
  })

  for (const [query, variables, message] of [
    [throttled('2147483648'), undefined, 'Int cannot represent non 32-bit signed integer value: 2147483648'],
    [throttled('"1"'), undefined, 'Int cannot represent non-integer value: "1"'],
    [throttled('1.5'), undefined, 'Int cannot represent non-integer value: 1.5'],
    [throttled('$t', '($t: String)'), { t: '1' }, 'Variable "$t" of type "String" used in position expecting type "Int".'],
    [throttled('$t', '($t: Int)'), { t: 3e9 }, /Variable "\$t" .*Int cannot represent non 32-bit signed integer value: 3000000000/],
    [throttled('$t', '($t: Int)'), { t: '1' }, /Variable "\$t" .*Int cannot represent non-integer value: "1"/],
    ['query @live(if: "yes") { fastField }', undefined, 'Boolean cannot represent a non boolean value: "yes"'],
    ['query @live(every: 5) { fastField }', undefined, 'Unknown argument "every" on directive "@live".'],
    ['query @live @live { fastField }', undefined, 'The directive "@live" can only be used once at this location.'],
  ]) {
    test(`${query} with ${JSON.stringify(variables)} is refused`, async () => {
      const { json } = await post(server.url, { query, variables })
      if (message instanceof RegExp) assert.match(json.errors[0].message, message)
      else assert.equal(json.errors[0].message, message)
      assert.equal(json.data, undefined)
      assert.match(await one(query, variables), /^:\n\nevent: next\ndata: \{"errors":\[.*\]\}\n\nevent: complete\ndata:\n\n$/)
    })
  }
})

describe('where @live may not be', () => {
  for (const [query, message] of [
    ['mutation @live { invalidate(keys: []) }', 'Directive "@live" may not be used on MUTATION.'],
    ['subscription @live { countdown(from: 1, interval: 1) }', 'Directive "@live" may not be used on SUBSCRIPTION.'],
    ['{ fastField @live }', 'Directive "@live" may not be used on FIELD.'],
    ['{ ... @live { fastField } }', 'Directive "@live" may not be used on INLINE_FRAGMENT.'],
  ]) {
    test(query, async () => {
      const { json } = await post(server.url, { query })
      assert.deepEqual(json.errors.map((error) => error.message), [message])
      assert.equal(json.data, undefined)
    })
  }

  for (const [query, name] of [['query @live { ... @defer { fastField } }', 'defer'], ['query @live { alphabet @stream }', 'stream']]) {
    test(`not with @${name}`, async () => {
      const { json } = await post(server.url, { query })
      assert.equal(json.errors[0].message, `Cannot mix "@${name}" with "@live".`)
    })
  }

  test('another operation of the document does not count', async () => {
    const query = 'query A @live { fastField } query B { echo }'
    assert.equal((await post(server.url, { query, operationName: 'B' })).text, '{"data":{"echo":"{}"}}')
    assert.equal((await post(server.url, { query, operationName: 'A' })).status, 406)
  })
})

// ---- errors ----

describe('errors', () => {
  const MASKED = { message: 'Something went wrong.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }
  for (const [name, query, errors, data] of [
    ['an unexpected one is masked', 'query @live { boom fastField }', [{ ...MASKED, path: ['boom'] }], { boom: null, fastField: 'I am fast' }],
    ['one for the user', 'query @live { userProblem }', [{ message: 'Your input is not good', path: ['userProblem'], extensions: { code: 'BAD_USER_INPUT', properties: { field: 'x' } } }], { userProblem: null }],
    ['null goes up to where it may be', 'query @live { probe { id child { boomHard } } }', [{ ...MASKED, path: ['probe', 'child', 'boomHard'] }], { probe: { id: 'p1', child: null } }],
  ]) {
    test(name, async () => {
      const live = await follow(server, query)
      const first = await live.result()
      assert.deepEqual(Object.keys(first), ['errors', 'data', 'isLive'])
      assert.deepEqual(first.errors.map(({ locations, ...rest }) => rest), errors)
      assert.deepEqual(first.data, data)
      assert.equal(await growth(server, 'liveEqual', 1, () => invalidate(server, `Query.${Object.keys(data)[0]}`)), 1)
      await live.close()
    })
  }

  test('one that takes too long is ended, each time', async () => {
    const impatient = await start('tests/wire/app', ['--timeout-ms', '100'])
    const live = await follow(impatient, 'query @live { slowField(waitFor: 20000) fastField }')
    assert.deepEqual((await live.result()).errors[0].extensions, { code: 'OPERATION_TIMEOUT' })
    assert.equal(await growth(impatient, 'liveEqual', 1, () => invalidate(impatient, 'Query.fastField')), 1)
    await live.close()
    await rest(impatient)
    await impatient.stop()
  })

  test('a query that fails as a whole at first works later, and fails again', async () => {
    const small = await start('tests/wire/app', ['--response-bytes', '200'])
    const fill = async () => { for (let i = 0; i < 12; i++) await bid(small, '1', 10000 + i) }
    await fill()
    const live = await follow(small, BIDS)
    const failure = await live.result()
    assert.equal(failure.data ?? null, null)
    assert.equal(failure.errors.length, 1)
    await post(small.url, { query: 'mutation { adminReset }' })
    await invalidate(small, 'Query.auction')
    assert.deepEqual(await live.result(), { data: { auction: { bids: [{ amount: 100 }] } }, isLive: true })
    await fill()
    let result
    do result = await live.result(); while (!result.errors)
    assert.deepEqual(result, failure)
    await live.close()
    await rest(small)
    await small.stop()
  })

  for (const [name, query, variables, message] of [
    ['a variable that is missing', 'query ($id: ID!) @live { auction(id: $id) { id } }', {}, 'Variable "$id" has invalid value: Expected a value of non-null type "ID!" to be provided.'],
    ['a variable of a wrong type', 'query ($n: Int) @live { echo(n: $n) }', { n: 'x' }, 'Variable "$n" has invalid value: Int cannot represent non-integer value: "x"'],
    ['a document that is not valid', 'query @live { nope }', undefined, 'Cannot query field "nope" on type "Query".'],
    ['a document that does not parse', 'query @live {', undefined, 'Syntax Error: Expected Name, found <EOF>.'],
  ]) {
    test(`${name}: said, and the end`, async () => {
      const text = await one(query, variables)
      assert.equal(JSON.parse(/\ndata: (.*)\n/.exec(text)[1]).errors[0].message, message)
      assert.ok(text.endsWith('event: complete\ndata:\n\n'))
    })
  }
})

// ---- forms ----

const chunk = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const part = (json) => chunk(`\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}\r\n---`)
const event = (json) => chunk(`event: next\ndata: ${json}\n\n`)

describe('on the wire, byte for byte', () => {
  const QUERY = 'query @live { probe(id: "ü😀") { id } auction(id: "3") { highestBid { amount } } }'
  const result = (highest) => `{"data":{"probe":{"id":"ü😀"},"auction":{"highestBid":{"amount":${highest}}}},"isLive":true}`
  for (const [accept, type, opening, frame] of [
    ['text/event-stream', 'text/event-stream', chunk(':\n\n'), event],
    ['multipart/mixed', 'multipart/mixed; boundary="-"', chunk('\r\n---'), part],
  ]) {
    test(accept, async () => {
      const first = next(), second = next()
      await bid(server, '3', first)
      let bidden
      const { text } = await raw(server, request(QUERY, { Accept: accept }), (got) => {
        if (got.includes(`"amount":${first}}`)) bidden ??= bid(server, '3', second)
        return got.includes(`"amount":${second}}`) && got.endsWith('\r\n') && !got.endsWith('true}\r\n')
      })
      await bidden
      const all = Buffer.from(text, 'latin1').toString()
      const at = all.indexOf('\r\n\r\n')
      assert.equal(all.slice(at + 4), opening + frame(result(first)) + frame(result(second)))
      const head = all.slice(0, at).toLowerCase().split('\r\n')
      assert.equal(head[0], 'http/1.1 200 ok')
      for (const line of [`content-type: ${type}`, 'cache-control: no-cache, no-transform', 'x-accel-buffering: no', 'transfer-encoding: chunked']) assert.ok(head.includes(line), line)
    })
  }

  test('a stopping server ends the streams without a last event', async () => {
    const stopping = await start()
    const answers = ['text/event-stream', 'multipart/mixed'].map((accept) => raw(stopping, request(BIDS, { Accept: accept })))
    await until(async () => (await stats(stopping)).liveResults === 2, 'both')
    await stopping.stop()
    for (const { text } of await Promise.all(answers)) {
      assert.ok(text.endsWith('0\r\n\r\n') && !text.includes('complete') && !text.includes('-----'), text)
    }
  })
})

describe('Accept', () => {
  const SSE = 'text/event-stream', PARTS = 'multipart/mixed'
  for (const [accept, type] of [
    [SSE, SSE], [PARTS, PARTS], [`${SSE}, ${PARTS}`, PARTS], [`${PARTS}, ${SSE}`, PARTS], [undefined, PARTS], ['*/*', PARTS], ['text/*', SSE], ['multipart/*', PARTS],
    [`${SSE}, application/json`, SSE], [`application/json, ${SSE};q=0.1`, SSE], [`${SSE}, ${PARTS};q=0.9`, SSE], [`${SSE};q=0.9, ${PARTS};q=0.8`, SSE],
    [`${SSE};q=0.5, ${PARTS};q=0.5`, PARTS], [`*/*, ${PARTS};q=0`, SSE], [`*/*;q=0.1, ${SSE};q=0`, PARTS], [`${SSE};q=0, ${PARTS};q=0`, null],
    ['application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed', PARTS],
    ['TEXT/Event-Stream', SSE], ['multipart/mixed;deferSpec=20220824,application/json', PARTS],
    ['application/json', null], ['application/graphql-response+json,application/json;q=0.9', null], ['text/html', null], [`${SSE};q=0`, null], ['application/*', null],
  ]) {
    test(`${accept}: ${type ?? 406}`, async () => {
      const body = JSON.stringify({ query: BIDS })
      const runs = (await stats(server)).liveRuns
      const headers = { 'content-type': 'application/json', 'content-length': body.length, connection: 'close', ...(accept && { accept }) }
      if (type) {
        const { text } = await raw(server, `POST /graphql HTTP/1.1\r\nhost: x\r\n${Object.entries(headers).map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n${body}`, (got) => got.includes('"isLive":true'))
        assert.match(text, new RegExp(`\r\ncontent-type: ${type}`, 'i'))
      } else {
        const answer = await ask(server, { method: 'POST', headers, body })
        assert.equal(answer.status, 406)
        // Who accepts no result at all is told all that there is.
        assert.match(answer.headers.accept, /json/.test(accept) || accept === 'application/*' ? /^text\/event-stream; charset=utf-8, multipart\/mixed$/ : /^text\/event-stream; .*application\/json$/)
        assert.equal((await stats(server)).liveRuns, runs)
      }
    })
  }
})

test('in development a result tells what it depends on', async () => {
  const telling = await start('tests/wire/app', ['--development'])
  const live = await follow(telling, 'query @live { probe(id: "7") { name child { id } } fastField }')
  const first = await live.result()
  assert.deepEqual(Object.keys(first), ['data', 'isLive', 'extensions'])
  assert.deepEqual(first.extensions, { liveResourceIdentifier: ['Query.probe', 'Query.probe(id:"7")', 'Query.fastField', 'Probe:7', 'Probe:7.c'] })
  assert.equal((await stats(telling)).liveKeys, 5)
  await live.close()
  await rest(telling)
  await telling.stop()
})

test('liveKeys counts the keys, without those told twice', async () => {
  const live = await follow(server, 'query @live { a: auctions { id } b: auctions { title } auction(id: 1) { id } }')
  await live.result()
  assert.equal((await stats(server)).liveKeys, 3 + 5)
  await live.close()
})

// ---- real clients ----

// Each gives what it hears, and stop().
const CLIENTS = {
  EventSource(query, heard) {
    const source = new EventSource(`${server.url}?${new URLSearchParams({ query })}`)
    source.addEventListener('next', ({ data }) => heard(JSON.parse(data).data))
    return () => source.close()
  },
  'graphql-sse, distinct': (query, heard) => createClient({ url: server.url, retryAttempts: 0 }).subscribe({ query }, { next: ({ data }) => heard(data), error: heard, complete: () => heard('complete') }),
  'graphql-sse, single connection': (query, heard) =>
    createClient({ url: `${server.url}/stream`, singleConnection: true, retryAttempts: 0 }).subscribe({ query }, { next: ({ data }) => heard(data), error: heard, complete: () => heard('complete') }),
  urql(query, heard) {
    const client = new Client({ url: server.url, exchanges: [fetchExchange], preferGetMethod: false, requestPolicy: 'network-only' })
    return pipe(client.query(query, {}), subscribeTo(({ data, error }) => heard(error ?? data))).unsubscribe
  },
}

describe('clients', () => {
  for (const [name, listen] of Object.entries(CLIENTS)) {
    test(name, async () => {
      const heard = []
      const stop = listen(bidsOf(1), (data) => heard.push(data))
      await until(() => heard.length >= 1, 'the first result')
      for (let i = 0; i < 3; i++) {
        await bid(server, '1', next())
        await until(() => heard.at(-1).auction && last(heard.at(-1)) === amount, `bid ${i}: ${JSON.stringify(heard.at(-1)).slice(-200)}`)
      }
      stop()
    })
  }

  // They send `*/*` and only JSON, so that what they get is a stream of parts that they do not take for results, and 406.
  test('Apollo Client 3 asks for anything, and hears', async () => {
    const { ApolloClient, HttpLink, InMemoryCache, gql } = apollo3
    const client = new ApolloClient({ link: new HttpLink({ uri: server.url, fetch }), cache: new InMemoryCache({ typePolicies: { Auction: { keyFields: false } } }) })
    const heard = []
    const subscription = client.watchQuery({ query: gql(bidsOf(1)), fetchPolicy: 'no-cache' }).subscribe({ next: ({ data }) => heard.push(data), error: (error) => heard.push(error) })
    await until(() => heard.length >= 1, 'the first result')
    subscription.unsubscribe()
    client.stop()
  })

  test('Apollo Client 4 asks for JSON, and is told that it is not acceptable', async () => {
    const { ApolloClient, HttpLink, InMemoryCache, gql } = apollo4
    const client = new ApolloClient({ link: new HttpLink({ uri: server.url, fetch }), cache: new InMemoryCache() })
    await assert.rejects(client.query({ query: gql(bidsOf(1)) }), (error) => error.statusCode === 406)
    client.stop()
  })
})

test('several live queries on one connection of graphql-sse, one of which is stopped', async () => {
  const client = createClient({ url: `${server.url}/stream`, singleConnection: true, retryAttempts: 0 })
  const heard = [[], []]
  const stops = ['1', '2'].map((id, i) => client.subscribe({ query: bidsOf(id) }, { next: ({ data }) => heard[i].push(last(data)), error() {}, complete() {} }))
  await until(() => heard.every((one) => one.length === 1), 'both')
  stops[0]()
  await until(async () => (await stats(server)).liveQueries === 1, 'one to be left')
  await bid(server, '1', next())
  await bid(server, '2', next())
  await until(() => heard[1].at(-1) === amount, 'the other one')
  assert.equal(heard[0].length, 1)
  stops[1]()
  await until(async () => (await stats(server)).liveQueries === 0, 'none to be left')
  client.dispose()
})
