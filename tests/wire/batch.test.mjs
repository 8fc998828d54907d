// Several operations in one request: order, what waits for what, what is refused, and what happens when the client goes.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { after, before, describe, test } from 'node:test'
import apollo3 from 'apollo3/core/core.cjs'
import apollo3batch from 'apollo3/link/batch-http/batch-http.cjs'
import * as apollo4 from 'apollo4'
import { BatchHttpLink } from 'apollo4/link/batch-http'
import { post, start, stats, until } from './lib.mjs'

const RESPONSE = 'application/graphql-response+json'
const FAST = { data: { fastField: 'I am fast' } }
const fast = { query: '{ fastField }' }
const echo = (text) => ({ query: 'query Echo($text: String) { echo(text: $text) }', variables: { text } })
const echoed = (text) => ({ data: { echo: `{"text":"${text}"}` } })
const slow = (ms) => ({ query: 'query Slow($ms: Int!) { slowField(waitFor: $ms) }', variables: { ms } })
const error = (message, code) => ({ errors: [{ message, ...(code && { extensions: { code } }) }] })

test('off unless it is asked for', async () => {
  const server = await start()
  try {
    for (const body of [[fast], [], [fast, fast], '[', ' \n\t[']) {
      const answer = await post(server.url, body)
      assert.deepEqual([answer.status, answer.json], [400, error('Batching is not supported.')])
    }
  } finally { await server.stop() }
})

describe('up to 10 operations', () => {
  let server
  before(async () => { server = await start('tests/wire/app', ['--batch-max', '10', '--timeout-ms', '20000']) })
  after(() => server.stop())

  test('results in the order of the request', async () => {
    const texts = 'abcdefghij'.split('')
    for (const accept of ['application/json', RESPONSE]) {
      const answer = await post(server.url, texts.map(echo), { accept })
      assert.equal(answer.status, 200)
      assert.ok(answer.headers.get('content-type').startsWith(accept))
      assert.ok(answer.headers.get('x-request-id'))
      assert.deepEqual(answer.json, texts.map(echoed))
    }
  })

  test('white space and escapes between and within', async () => {
    const text = ' \n[ {"query" : "{ fastField }"}\t,\r\n {"query":"{ a: echo(text: \\"[,]}{\\\\\\\\\\") }", "extensions":{"x":["]",{"}":"\\""}]}} \n] '
    assert.deepEqual((await post(server.url, text)).json, [FAST, { data: { a: '{"text":"[,]}{\\\\"}' } }])
  })

  test('one is an array, too', async () => assert.deepEqual((await post(server.url, [fast])).json, [FAST]))

  test('each error in its place', async () => {
    const answer = await post(server.url, [
      fast, {}, { query: '{ nonsense }' }, 5, null, [fast], { query: '{' }, { query: 'query A { fastField }', operationName: 'B' },
      { query: '{ boom }' }, echo('last'),
    ])
    assert.equal(answer.status, 200)
    const messages = answer.json.map((result) => result.errors?.[0].message)
    assert.deepEqual(messages, [
      undefined, 'Must provide query string.', 'Cannot query field "nonsense" on type "Query".', 'Expected params to be an object but given number.',
      'Expected params to be an object but given null.', 'Expected params to be an object but given array.', 'Syntax Error: Expected Name, found <EOF>.',
      'Unknown operation named "B".', 'Something went wrong.', undefined,
    ])
    assert.deepEqual([answer.json[0], answer.json[9]], [FAST, echoed('last')])
    assert.deepEqual(answer.json[8].data, { boom: null })
  })

  test('a subscription is refused in its place', async () => {
    const before = await stats(server)
    const answer = await post(server.url, [{ query: 'subscription { faulty }' }, fast])
    assert.match(answer.json[0].errors[0].message, /cannot be part of a batch/)
    assert.deepEqual(answer.json[1], FAST)
    assert.equal((await stats(server)).subscriptions, before.subscriptions)
  })

  const told = { query: 'mutation { publish(topic: "batch") }' }
  const refused = [
    ['no operation', [], 400, 'A batch must hold at least one operation.'],
    ['too many', Array(11).fill(told), 413, 'Batching is limited to 10 operations per request.'],
    ['cut off', `[${JSON.stringify(told)},`, 400, /^POST body sent invalid JSON: /],
    ['something after it', `[${JSON.stringify(told)}] x`, 400, /^POST body sent invalid JSON: /],
    ['brackets that do not match', `[${JSON.stringify(told)}, {"query":"{ fastField }"]}]`, 400, /^POST body sent invalid JSON: /],
    ['too deep', `[${JSON.stringify(told)}, ${'['.repeat(500)}${']'.repeat(500)}]`, 400, /^POST body sent invalid JSON: /],
    ['bad UTF-8', Buffer.concat([Buffer.from(`[${JSON.stringify(told)}, "`), Buffer.from([0xff]), Buffer.from('"]')]), 400, 'The request body is not valid UTF-8.'],
  ]
  for (const [name, body, status, message] of refused) {
    test(`${name}: ${status}, and nothing is executed`, async () => {
      const { published } = await stats(server)
      const response = await fetch(server.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: Array.isArray(body) ? JSON.stringify(body) : body })
      assert.equal(response.status, status)
      const { errors: [{ message: said }] } = await response.json()
      if (typeof message === 'string') assert.equal(said, message)
      else assert.match(said, message)
      assert.equal((await stats(server)).published, published)
    })
  }

  test('the same operation, alone in its batch, is executed', async () => {
    const { published } = await stats(server)
    assert.deepEqual((await post(server.url, [told])).json, [{ data: { publish: true } }])
    assert.equal((await stats(server)).published, published + 1)
  })

  test('a stream cannot carry a batch: 406', async () => {
    assert.equal((await post(server.url, [fast], { accept: 'text/event-stream' })).status, 406)
  })

  test('queries run at the same time', async () => {
    const begun = Date.now()
    const answer = await post(server.url, [...Array(9).fill(slow(400)), fast])
    assert.deepEqual(answer.json.at(-1), FAST)
    assert.equal(answer.json.filter(({ data }) => data.slowField).length, 9)
    assert.ok(Date.now() - begun < 3000, 'one after another they would take 3.6 s')
  })

  test('mutations one after another, and what follows them sees what they did', async () => {
    const bid = (amount) => ({ query: 'mutation ($n: Int!) { bid(input: { auctionId: "1", amount: $n }) { amount } }', variables: { n: amount } })
    const read = { query: '{ auction(id: "1") { highestBid { amount } } }' }
    const headers = { 'auth-provider': 'test', authorization: 'Bearer u1' }
    const answer = await post(server.url, [bid(1001), read, bid(1002), read], headers)
    const highest = (amount) => ({ data: { auction: { highestBid: { amount } } } })
    assert.deepEqual(answer.json, [{ data: { bid: { amount: 1001 } } }, highest(1001), { data: { bid: { amount: 1002 } } }, highest(1002)])
  })

  test('one caller for all', async () => {
    const both = [{ query: '{ adminReport }' }, { query: '{ editorReport }' }]
    const headers = { 'auth-provider': 'test', authorization: 'Bearer u1' }
    for (const h of [headers, {}]) {
      const alone = [await post(server.url, both[0], h), await post(server.url, both[1], h)]
      assert.deepEqual((await post(server.url, both, h)).json, alone.map(({ json }) => json))
    }
  })

  test('a client that goes stops all of them', async () => {
    const request = http.request(server.url, { method: 'POST', agent: false, headers: { 'content-type': 'application/json' } })
    const { slowStarted } = await stats(server)
    request.on('error', () => {})
    request.end(JSON.stringify([slow(60000), fast, slow(60000)]))
    await until(async () => (await stats(server)).slowStarted === slowStarted + 2, 'the operations to be started')
    request.destroy()
    await until(async () => (await stats(server)).promises === 0, 'the promises to be stopped')
    await until(async () => (await stats(server)).runs === 0, 'the runs to end')
  })

  test('bodies of a batch are found again by their own text', async () => {
    const body = [echo('cached 1'), echo('cached 2')]
    for (let i = 0; i < 3; i++) await post(server.url, body)
    const { documentHits, documentMisses } = await stats(server)
    await post(server.url, body)
    const now = await stats(server)
    assert.equal(now.documentMisses, documentMisses)
    assert.equal(now.documentHits, documentHits + 2)
  })

  for (const [name, { ApolloClient, InMemoryCache, gql }, Link] of [['3', apollo3, apollo3batch.BatchHttpLink], ['4', apollo4, BatchHttpLink]]) {
    test(`Apollo Client ${name}: BatchHttpLink`, async () => {
      const seen = []
      const recorded = (url, options) => { seen.push(JSON.parse(options.body).length); return fetch(url, options) }
      const client = new ApolloClient({ link: new Link({ uri: server.url, fetch: recorded, batchMax: 5, batchInterval: 20 }), cache: new InMemoryCache() })
      const ask = (text) => client.query({ query: gql('query ($text: String) { echo(text: $text) }'), variables: { text }, fetchPolicy: 'no-cache' })
      const results = await Promise.all(['a', 'b', 'c'].map(ask))
      assert.deepEqual(results.map(({ data }) => data), ['a', 'b', 'c'].map((text) => echoed(text).data))
      assert.deepEqual(seen, [3])
      client.stop()
    })
  }
})

test('each operation has its own time limit', async () => {
  const server = await start('tests/wire/app', ['--batch-max', '3', '--timeout-ms', '300'])
  try {
    const answer = await post(server.url, [slow(60000), fast, { query: 'mutation { invalidate(keys: ["x"]) }' }])
    assert.equal(answer.status, 200)
    assert.equal(answer.json[0].errors[0].extensions.code, 'OPERATION_TIMEOUT')
    assert.deepEqual(answer.json.slice(1), [FAST, { data: { invalidate: 1 } }])
  } finally { await server.stop() }
})

test('together the results are no larger than one may be', async () => {
  const server = await start('tests/wire/app', ['--batch-max', '3', '--response-bytes', '1000'])
  try {
    const answer = await post(server.url, [echo('x'.repeat(600)), echo('y'.repeat(600)), fast])
    assert.equal(answer.json[0].data.echo.length, 611)
    assert.match(answer.json[1].errors[0].message, /^The results of this batch are together larger/)
    assert.deepEqual(answer.json[2], FAST)
  } finally { await server.stop() }
})

test('a server that stops lets a batch finish', async () => {
  const server = await start('tests/wire/app', ['--batch-max', '3'])
  const request = http.request(server.url, { method: 'POST', agent: false, headers: { 'content-type': 'application/json' } })
  request.end(JSON.stringify([slow(300), fast]))
  await until(async () => (await stats(server)).slowStarted === 1, 'the operation to be started')
  const [[response]] = await Promise.all([once(request, 'response'), server.stop()])
  let text = ''
  for await (const chunk of response) text += chunk
  assert.deepEqual(JSON.parse(text)[1], FAST)
})
