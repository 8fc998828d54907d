// What an operation may ask for and how long it may take; what production keeps to itself.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { getIntrospectionQuery } from 'graphql'
import { post, start, stats, subscribe, until } from './lib.mjs'

const RESPONSE = 'application/graphql-response+json'
const many = (n, text) => Array.from({ length: n }, (_, i) => text(i)).join(' ')
const nested = (n, inner) => (n ? `child { ${nested(n - 1, inner)} }` : inner)

const limits = [
  ['depth', `{ probe { ${nested(5, 'id')} } }`, 'Query depth limit of 6 exceeded, found 7.'],
  ['depth by fragments', `{ probe { ...F } } fragment F on Probe { ${nested(5, 'id')} }`, 'Query depth limit of 6 exceeded, found 7.'],
  ['aliases', `{ ${many(16, (i) => `a${i}: fastField`)} }`, 'Aliases limit of 15 exceeded, found 16.'],
  ['directives', `{ ${many(51, () => 'fastField @include(if: true)')} }`, 'Directives limit of 50 exceeded, found 51.'],
  ['cost', `{ ${many(60, () => 'probe { ...F }')} } fragment F on Probe { ${nested(4, many(8, () => 'id'))} }`, 'Query Cost limit of 5000 exceeded, found 5227.5.'],
]

describe('by default', () => {
  let server
  before(async () => { server = await start() })
  after(() => server.stop())

  for (const [name, query, message] of limits) {
    test(`${name}: an error with a code, 200 in each media type`, async () => {
      const expected = JSON.stringify({ errors: [{ message: `Syntax Error: ${message}`, extensions: { code: 'OPERATION_TOO_COMPLEX' } }] })
      for (const accept of ['application/json', RESPONSE]) {
        const answer = await post(server.url, { query }, { accept })
        assert.equal(answer.text, expected)
        assert.equal(answer.status, 200)
      }
      const events = await post(server.url, { query }, { accept: 'text/event-stream' })
      assert.equal(events.status, 200)
      assert.equal(events.text, `:\n\nevent: next\ndata: ${expected}\n\nevent: complete\ndata:\n\n`)
    })
  }

  test('tokens: the same, 400 as GraphQL response', async () => {
    const query = `{ ${many(999, () => 'fastField')} }`
    const expected = JSON.stringify({ errors: [{ message: 'Syntax Error: Token limit of 1000 exceeded.', extensions: { code: 'OPERATION_TOO_COMPLEX' } }] })
    for (const [accept, status] of [['application/json', 200], [RESPONSE, 400]]) {
      const answer = await post(server.url, { query }, { accept })
      assert.equal(answer.text, expected)
      assert.equal(answer.status, status)
    }
    const events = await post(server.url, { query }, { accept: 'text/event-stream' })
    assert.equal(events.status, 200)
    assert.ok(events.text.includes(`data: ${expected}\n`))
  })

  test('up to the limits everything passes', async () => {
    for (const query of [
      `{ probe { ${nested(4, 'id')} } }`,
      `{ ${many(15, (i) => `a${i}: fastField`)} }`,
      `{ ${many(50, () => 'fastField @include(if: true)')} }`,
      `{ ${many(998, () => 'fastField')} }`,
    ]) assert.equal((await post(server.url, { query })).json.errors, undefined)
  })

  test('a subscription has the limits, too', async () => {
    const events = await post(server.url, { query: `subscription { ${many(16, (i) => `a${i}: countdown(from: 1, interval: 1)`)} }` }, { accept: 'text/event-stream' })
    assert.match(events.text, /Aliases limit of 15 exceeded, found 16\./)
  })

  test('2^30 shapes are refused before anything is made of them', async () => {
    const query = `{ probe { ...F0 } } ${many(30, (i) => `fragment F${i} on Probe { child { ...F${i + 1} } ...F${i + 1} }`)} fragment F30 on Probe { id }`
    const { json } = await post(server.url, { query })
    assert.equal(json.errors[0].message, 'Syntax Error: Query depth limit of 6 exceeded, found 32.')
    assert.match(json.errors[1].message, /^Syntax Error: Query Cost limit of 5000 exceeded, found [0-9.e+]+\.$/)
  })

  test('the introspection query of clients passes', async () => {
    const query = getIntrospectionQuery({ descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true })
    const { json } = await post(server.url, { query })
    assert.equal(json.errors, undefined)
    assert.equal(json.data.__schema.queryType.name, 'Query')
  })

  test('nothing is suggested', async () => {
    const message = async (query, variables) => (await post(server.url, { query, variables })).json.errors[0].message
    assert.equal(await message('{ fastFeild }'), 'Cannot query field "fastFeild" on type "Query".')
    assert.equal(await message('{ echo(txet: "a") }'), 'Unknown argument "txet" on field "Query.echo".')
    assert.equal(await message('{ probe { ... on Prob { id } } }'), 'Unknown type "Prob".')
    const bid = 'mutation ($i: BidInput!) { bid(input: $i) { amount } }'
    const hidden = await message(bid, { i: { auctionId: '1', amount: 1, amont: 2 } })
    assert.match(hidden, /"amont"/)
    assert.doesNotMatch(hidden, /Did you mean/)
  })
})

describe('--no-limits', () => {
  let server
  before(async () => { server = await start('tests/wire/app', ['--no-limits']) })
  after(() => server.stop())

  for (const [name, query] of limits) {
    test(`${name}: no limit`, async () => {
      const { json } = await post(server.url, { query })
      assert.equal(json.errors, undefined)
    })
  }
})

describe('--introspection off', () => {
  let server
  before(async () => { server = await start('tests/wire/app', ['--introspection', 'off']) })
  after(() => server.stop())

  test('the schema is not told, __typename is', async () => {
    const { json } = await post(server.url, { query: '{ __schema { queryType { name } } }' })
    assert.equal(json.errors[0].message, 'GraphQL introspection has been disabled, but the requested query contained the field "__schema".')
    assert.equal(json.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED')
    assert.equal((await post(server.url, { query: '{ __type(name: "Query") { name } }' })).json.errors.length, 1)
    assert.deepEqual((await post(server.url, { query: '{ __typename }' })).json, { data: { __typename: 'Query' } })
  })
})

describe('development', () => {
  let server
  before(async () => { server = await start('bench/server') })
  after(() => server.stop())

  test('names are suggested, the schema is told', async () => {
    const { json } = await post(server.url, { query: '{ auctoins { id } }' })
    assert.match(json.errors[0].message, /^Cannot query field "auctoins" on type "Query"\. Did you mean "auctions"/)
    assert.equal((await post(server.url, { query: '{ __schema { queryType { name } } }' })).json.data.__schema.queryType.name, 'Query')
  })
})

describe('--production', () => {
  let server
  before(async () => { server = await start('bench/server', ['--production']) })
  after(() => server.stop())

  test('names are not suggested, the schema is not told', async () => {
    assert.equal((await post(server.url, { query: '{ auctoins { id } }' })).json.errors[0].message, 'Cannot query field "auctoins" on type "Query".')
    assert.match((await post(server.url, { query: '{ __schema { queryType { name } } }' })).json.errors[0].message, /^GraphQL introspection has been disabled/)
  })
})

describe('an operation that takes too long', () => {
  let server
  before(async () => { server = await start('tests/wire/app', ['--timeout-ms', '200']) })
  after(() => server.stop())

  const expected = JSON.stringify({ errors: [{ message: 'The operation took longer than 200 ms.', extensions: { code: 'OPERATION_TIMEOUT' } }] })

  for (const [accept, status] of [['application/json', 200], [RESPONSE, 504]]) {
    test(`${status} as ${accept}`, async () => {
      const answer = await post(server.url, { query: '{ fastField slowField(waitFor: 60000) }' }, { accept })
      assert.equal(answer.text, expected)
      assert.equal(answer.status, status)
    })
  }

  test('an event in a stream', async () => {
    const events = await post(server.url, { query: '{ slowField(waitFor: 60000) }' }, { accept: 'text/event-stream' })
    assert.equal(events.status, 200)
    assert.equal(events.text, `:\n\nevent: next\ndata: ${expected}\n\nevent: complete\ndata:\n\n`)
  })

  test('what it waited for is stopped', async () => {
    const { text } = await post(server.url, { query: '{ alphabet probe { slow(waitFor: 60000) } }' })
    assert.equal(text, expected)
    await until(async () => { const s = await stats(server); return s.promises === 0 && s.runs === 0 && s.alphabetActive === 0 }, 'nothing to be left')
  })

  test('what is in time passes, and a subscription lasts', async () => {
    assert.deepEqual((await post(server.url, { query: '{ slowField(waitFor: 20) }' })).json, { data: { slowField: 'I am slow' } })
    const stream = await subscribe(server, { query: 'subscription { countdown(from: 2, interval: 1) }' })
    for (const countdown of [1, 0]) assert.deepEqual((await stream.next()).data, { data: { countdown } })
    assert.equal((await stream.next()).event, 'complete')
    assert.equal((await stream.next()).event, 'end')
  })
})
