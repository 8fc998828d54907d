// The fetcher against a server that behaves, and some that do not.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { createFetcher } from '../src/fetcher.js'
import { all, complete, event, fakeServer, parts } from './fake_server.mjs'

/**
 * @param {Parameters<typeof fakeServer>[0]} answer
 * @param {(fetcher: ReturnType<typeof createFetcher>, url: string) => Promise<void>} work
 */
async function withServer(answer, work) {
  const server = await fakeServer(answer)
  try {
    await work(createFetcher(server.url), server.url)
  } finally {
    await server.close()
  }
}

/** @param {unknown} value */
const json = (value, status = 200) =>
  /** @type {Parameters<typeof fakeServer>[0]} */ ((_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value)))

/** @param {import('../src/types.js').Result} result */
const messages = (result) => result.errors?.map((error) => error.message).join('\n') ?? ''

test('a query is a POST of JSON, with the headers of the user', async () => {
  /** @type {any} */
  let seen
  await withServer((request, response) => { seen = request; json({ data: { a: 1 } })(request, response) }, async (fetcher) => {
    const params = { query: 'query Q($x: Int) { a(x: $x) }', variables: { x: 1 }, operationName: 'Q' }
    assert.deepEqual(await all(fetcher(params, { headers: { Authorization: 'Bearer t', 'x-number': 5 } })), [{ data: { a: 1 } }])
    assert.equal(seen.method, 'POST')
    assert.deepEqual(seen.json, params)
    assert.equal(seen.headers['content-type'], 'application/json')
    assert.equal(seen.headers.accept, 'application/graphql-response+json, application/json;q=0.9')
    assert.equal(seen.headers.authorization, 'Bearer t')
    assert.equal(seen.headers['x-number'], '5')
  })
})

test('a header of the user wins', async () => {
  /** @type {any} */
  let seen
  await withServer((request, response) => { seen = request; json({ data: null })(request, response) }, async (fetcher) => {
    await all(fetcher({ query: '{ a }' }, { headers: { Accept: 'application/json' } }))
    assert.equal(seen.headers.accept, 'application/json')
  })
})

test('errors of GraphQL are shown as they are, whatever the status', async () => {
  const errors = { errors: [{ message: 'Cannot query field "b".', locations: [{ line: 1, column: 3 }] }] }
  await withServer(json(errors, 400), async (fetcher) => assert.deepEqual(await all(fetcher({ query: '{ b }' })), [errors]))
})

test('other answers are told readably', async () => {
  const page = /** @type {Parameters<typeof fakeServer>[0]} */ ((_, response) =>
    response.writeHead(502, { 'content-type': 'text/html' }).end(`<h1>Bad Gateway</h1>${'x'.repeat(10000)}`))
  await withServer(page, async (fetcher) => {
    const [result] = await all(fetcher({ query: '{ a }' }))
    assert.match(messages(result), /^The server answered HTTP 502 Bad Gateway: <h1>Bad Gateway<\/h1>x+…$/)
    assert.ok(messages(result).length < 600)
  })
  await withServer((_, response) => response.writeHead(401).end(), async (fetcher) =>
    assert.match(messages((await all(fetcher({ query: '{ a }' })))[0]), /HTTP 401 Unauthorized without a body/))
  await withServer((_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('hello'), async (fetcher) =>
    assert.match(messages((await all(fetcher({ query: '{ a }' })))[0]), /not a GraphQL result \(HTTP 200 OK, text\/plain\): hello/))
})

test('a server that is not there, and headers that are none', async () => {
  let url = ''
  await withServer(() => {}, async (_, at) => { url = at })
  const [result] = await all(createFetcher(url)({ query: '{ a }' }))
  assert.match(messages(result), /^The server cannot be reached \(.*\)\. Is it running at http:/)
  const [refused] = await all(createFetcher(url)({ query: '{ a }' }, { headers: { 'not a name': 'x' } }))
  assert.match(messages(refused), /^The headers cannot be sent: /)
})

test('a subscription is an event stream with the headers of the user', async () => {
  /** @type {any} */
  let seen
  await withServer((request, response) => {
    seen = request
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(`:\n\n${event({ data: { n: 2 } })}:\n\n${event({ data: { n: 1 } })}${complete}`)
  }, async (fetcher) => {
    assert.deepEqual(await all(fetcher({ query: 'subscription { n }' }, { headers: { authorization: 'Bearer t' } })),
      [{ data: { n: 2 } }, { data: { n: 1 } }])
    assert.match(seen.headers.accept, /^text\/event-stream,/)
    assert.equal(seen.headers.authorization, 'Bearer t')
  })
})

test('a refused subscription is a plain result', async () => {
  const errors = { errors: [{ message: 'no such field' }] }
  await withServer(json(errors, 400), async (fetcher) =>
    assert.deepEqual(await all(fetcher({ query: 'subscription { b }' })), [errors]))
})

test('results of a live query replace each other', async () => {
  await withServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    response.end(event({ data: { bids: [1, 2] }, isLive: true }) + event({ data: { bids: [3] }, isLive: true }) + complete)
  }, async (fetcher) =>
    assert.deepEqual(await all(fetcher({ query: 'query @live { bids }' })),
      [{ data: { bids: [1, 2] }, isLive: true }, { data: { bids: [3] }, isLive: true }]))
})

const GROWING = [
  { data: { fast: 'I am fast', letters: [] }, hasNext: true },
  { incremental: [{ items: ['a'], path: ['letters', 0] }], hasNext: true },
  { incremental: [{ data: { slow: 'I am slow' }, path: [] }, { items: ['ü'], path: ['letters', 1] }], hasNext: false },
]
const GROWN = [
  { data: { fast: 'I am fast', letters: [] } },
  { data: { fast: 'I am fast', letters: ['a'] } },
  { data: { fast: 'I am fast', letters: ['a', 'ü'], slow: 'I am slow' } },
]
const DEFER = { query: '{ fast letters @stream ... @defer { slow } }' }

test('@defer and @stream grow in place, by multipart', async () => {
  /** @type {any} */
  let seen
  await withServer(async (request, response) => {
    seen = request
    response.writeHead(200, { 'content-type': 'multipart/mixed; boundary="-"' })
    response.write('\r\n---')
    for (const part of parts(GROWING)) await new Promise((resolve) => response.write(part, () => setImmediate(resolve)))
    response.end('--\r\n')
  }, async (fetcher) => {
    assert.deepEqual(await all(fetcher(DEFER)), GROWN)
    assert.match(seen.headers.accept, /^multipart\/mixed;deferSpec=20220824,/)
  })
})

test('@defer and @stream grow in place, by events', async () => {
  await withServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(GROWING.map(event).join('') + complete)
  }, async (fetcher) => assert.deepEqual(await all(fetcher(DEFER)), GROWN))
})

test('an answer in one piece is good for @defer too', async () => {
  await withServer(json({ data: { fast: 1, slow: 2 } }), async (fetcher) =>
    assert.deepEqual(await all(fetcher(DEFER)), [{ data: { fast: 1, slow: 2 } }]))
})

test('a stream that breaks off says so, and what was shown stays', async () => {
  await withServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(event({ data: { n: 2 } }))
  }, async (fetcher) => {
    const results = await all(fetcher({ query: 'subscription { n }' }))
    assert.deepEqual(results[1].data, { n: 2 })
    assert.match(messages(results[1]), /ended before it was complete/)
  })
  await withServer((_, response) => {
    response.writeHead(200, { 'content-type': 'multipart/mixed; boundary="-"' }).end(`\r\n---${parts(GROWING.slice(0, 2)).join('')}`)
  }, async (fetcher) => {
    const results = await all(fetcher(DEFER))
    assert.deepEqual(results[2].data, { fast: 'I am fast', letters: ['a'] })
    assert.match(messages(results[2]), /ended before it was complete/)
  })
  await withServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(event({ data: { n: 2 } }), () => response.destroy())
  }, async (fetcher) => {
    const results = await all(fetcher({ query: 'subscription { n }' }))
    assert.match(messages(/** @type {any} */ (results.at(-1))), /connection was lost/)
  })
})

test('an event that is not JSON ends the stream', async () => {
  await withServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: next\ndata: <oops>\n\n')
  }, async (fetcher) => assert.match(messages((await all(fetcher({ query: 'subscription { n }' })))[0]), /not JSON: <oops>/))
})

test('stopping ends the request at once, on the server too', async () => {
  /** @type {(value?: unknown) => void} */
  let gone = () => {}
  const left = new Promise((resolve) => { gone = resolve })
  await withServer((request, response) => {
    once(response, 'close').then(gone)
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event({ data: { n: 1 } }))
  }, async (fetcher) => {
    const results = fetcher({ query: 'subscription { n }' })
    assert.deepEqual(await results.next(), { done: false, value: { data: { n: 1 } } })
    const waiting = results.next()
    await results.return?.()
    assert.deepEqual(await waiting, { done: true, value: undefined })
    await left
  })
})

test('a query that takes long can be stopped', async () => {
  /** @type {(value?: unknown) => void} */
  let came = () => {}
  const here = new Promise((resolve) => { came = resolve })
  await withServer((_, response) => { came(response) }, async (fetcher) => {
    const results = fetcher({ query: '{ slow }' })
    const waiting = results.next()
    const response = /** @type {import('node:http').ServerResponse} */ (await here)
    await results.return?.()
    assert.deepEqual(await waiting, { done: true, value: undefined })
    await once(response, 'close')
  })
})
