// @defer and @stream over HTTP: who gets a result in parts and by which media type and form, and what surrounds the parts.
import assert from 'node:assert/strict'
import http from 'node:http'
import { after, before, describe, test } from 'node:test'
import { ask, events, post, start, stats, subscribe, until } from './lib.mjs'
import { scrape } from './prometheus.mjs'

const URQL = 'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed'
const APOLLO_2022 = 'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9'
const APOLLO_2023 = 'multipart/mixed;incrementalSpec=v0.2,application/graphql-response+json,application/json;q=0.9'

const SLOW = '{ ... @defer { slowField(waitFor: 10) } fastField }'
const WHOLE = '{"data":{"slowField":"I am slow","fastField":"I am fast"}}'
const IN_2022 = [
  '{"data":{"fastField":"I am fast"},"hasNext":true}',
  '{"incremental":[{"data":{"slowField":"I am slow"},"path":[]}],"hasNext":false}',
]
const IN_2023 = [
  '{"data":{"fastField":"I am fast"},"pending":[{"id":"0","path":[]}],"hasNext":true}',
  '{"incremental":[{"id":"0","data":{"slowField":"I am slow"}}],"completed":[{"id":"0"}],"hasNext":false}',
]

const part = (json) => `\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}\r\n---`
const multipart = (parts) => `\r\n---${parts.map(part).join('')}--\r\n`
const eventStream = (parts) => `:\n\n${parts.map((json) => `event: next\ndata: ${json}\n\n`).join('')}event: complete\ndata:\n\n`

// The payloads of an answer by multipart, its framing checked.
function payloads(text) {
  const found = [...text.matchAll(/\r\n\r\n(.*)\r\n---/g)].map((match) => match[1])
  assert.equal(text, multipart(found))
  return found.map((json) => JSON.parse(json))
}

describe('an answer in parts', () => {
  let server
  before(async () => { server = await start('tests/wire/app', ['--batch-max', '5', '--log-requests', 'on', '--timeout-ms', '20000']) })
  after(() => server.stop())

  const send = (query, accept, more) => post(server.url, { query, ...more }, { accept })

  test('by multipart/mixed', async () => {
    const { status, headers, text } = await send(SLOW, 'multipart/mixed')
    assert.equal(status, 200)
    assert.equal(headers.get('content-type'), 'multipart/mixed; boundary="-"')
    assert.equal(headers.get('x-accel-buffering'), 'no')
    assert.equal(text, multipart(IN_2022))
  })

  test('by text/event-stream', async () => {
    const { status, headers, text } = await send(SLOW, 'text/event-stream')
    assert.equal(status, 200)
    assert.equal(headers.get('content-type'), 'text/event-stream')
    assert.equal(text, eventStream(IN_2022))
  })

  test('for each client what it reads', async () => {
    for (const [accept, expected] of [
      ['*/*', multipart(IN_2022)],
      ['multipart/mixed;deferSpec=20220824,application/json', multipart(IN_2022)],
      [APOLLO_2022, multipart(IN_2022)],
      [APOLLO_2023, multipart(IN_2023)],
      [URQL, multipart(IN_2022)],
      ['application/json, multipart/mixed', multipart(IN_2022)],
      ['text/event-stream;incrementalSpec=v0.2', eventStream(IN_2023)],
      ['Multipart/Mixed; IncrementalSpec="v0.2"; q=0.5, */*;q=0.4', multipart(IN_2023)],
      ['application/json', WHOLE],
      ['application/graphql-response+json,application/json;q=0.9', WHOLE],
      ['multipart/mixed;q=0.1, application/json', WHOLE],
      ['multipart/mixed;q=0, text/event-stream;q=0, */*', WHOLE],
    ]) assert.equal((await send(SLOW, accept)).text, expected, accept)
    assert.equal((await ask(server, { path: `/graphql?query=${encodeURIComponent(SLOW)}` })).text, multipart(IN_2022))
  })

  test('by GET', async () => {
    const answer = await fetch(`${server.url}?query=${encodeURIComponent(SLOW)}`, { headers: { accept: 'multipart/mixed;incrementalSpec=v0.2' } })
    assert.equal(await answer.text(), multipart(IN_2023))
  })

  test('Content-Length counts bytes', async () => {
    const [first, second] = payloads((await send('{ fastField ... @defer(label: "ü€") { echo(text: "𝄞") } }', 'multipart/mixed')).text)
    assert.deepEqual(first, { data: { fastField: 'I am fast' }, hasNext: true })
    assert.deepEqual(second, { incremental: [{ data: { echo: '{"text":"𝄞"}' }, path: [], label: 'ü€' }], hasNext: false })
  })

  test('only where something is deferred', async () => {
    const off = (accept) => send('query ($b: Boolean!) { ... @defer(if: $b) { slowField(waitFor: 1) } fastField }', accept, { variables: { b: false } })
    assert.equal((await off('multipart/mixed')).text, multipart([WHOLE]))
    assert.equal((await off('text/event-stream')).text, eventStream([WHOLE]))
    for (const accept of [URQL, APOLLO_2022, APOLLO_2023, '*/*']) {
      const { headers, text } = await off(accept)
      assert.match(headers.get('content-type'), /^application\/(graphql-response\+)?json; charset=utf-8$/)
      assert.equal(text, WHOLE)
    }
  })

  test('of a mutation', async () => {
    const say = 'mutation { sendMessage(input: { roomId: "1", from: "a", body: "b" }) { from ... @defer { body } } }'
    assert.deepEqual(payloads((await send(say, 'multipart/mixed')).text), [
      { data: { sendMessage: { from: 'a' } }, hasNext: true },
      { incremental: [{ data: { body: 'b' }, path: ['sendMessage'] }], hasNext: false },
    ])
    const { status, headers } = await ask(server, { path: `/graphql?query=${encodeURIComponent(say)}`, headers: { accept: 'multipart/mixed' } })
    assert.equal(status, 405)
    assert.equal(headers.allow, 'POST')
  })

  test('of a request that is refused: none', async () => {
    const wrong = '{ ... @defer { nope } }'
    for (const accept of [URQL, APOLLO_2022]) {
      const { headers, json } = await send(wrong, accept)
      assert.match(headers.get('content-type'), /json; charset=utf-8$/)
      assert.equal(json.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED')
    }
    const { status, text } = await send(wrong, 'multipart/mixed')
    assert.equal(status, 400)
    const [only, ...more] = payloads(text)
    assert.deepEqual(more, [])
    assert.deepEqual(Object.keys(only), ['errors'])
  })

  test('of a batch: whole results', async () => {
    const { text } = await post(server.url, [{ query: SLOW }, { query: '{ fastField }' }], { accept: APOLLO_2022 })
    assert.equal(text, `[${WHOLE},{"data":{"fastField":"I am fast"}}]`)
  })

  test('of a live query: not possible', async () => {
    const { json } = await send('query @live { fastField ... @defer { probe { id } } }', URQL)
    assert.deepEqual(json.errors.map(({ message }) => message), ['Cannot mix "@defer" with "@live".'])
  })

  test('ends when its client goes', async () => {
    const stream = await subscribe(server, { query: '{ ... @defer { slowField(waitFor: 60000) } fastField }' })
    assert.deepEqual((await stream.next()).data, JSON.parse(IN_2022[0]))
    assert.equal((await stats(server)).promises, 1)
    await stream.close()
    await until(async () => { const { promises, runs } = await stats(server); return promises === 0 && runs === 0 }, 'the run to end')
  })

  // The requests of a single connection name whatever their client reads elsewhere: their results are events in any case.
  for (const [accept, expected] of [['*/*', IN_2022], ['application/json', IN_2022], ['text/event-stream;incrementalSpec=v0.2', IN_2023]]) {
    test(`on a single connection, with Accept: ${accept}`, async () => {
      const token = (await ask(server, { method: 'PUT', path: '/graphql/stream' })).text
      const request = http.request(`${server.url}/stream?token=${token}`, { agent: false, headers: { accept: 'text/event-stream' } })
      request.end()
      const stream = await events(request)
      const started = await ask(server, {
        method: 'POST', path: `/graphql/stream?token=${token}`, headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query: SLOW, extensions: { operationId: '1' } }),
      })
      assert.equal(started.status, 202)
      for (const json of expected) assert.deepEqual(await stream.next(), { event: 'next', data: { id: '1', payload: JSON.parse(json) } })
      assert.deepEqual(await stream.next(), { event: 'complete', data: { id: '1' } })
      await stream.close()
    })
  }

  const lines = (id) => server.log().split('\n').slice(0, -1).map((line) => JSON.parse(line)).filter((line) => line.requestId === id)
  const lineOf = (id, message) => until(() => lines(id).find((line) => line.message === message), `a line of ${id}`)

  test('is logged once, with all its parts, and its errors are masked', async () => {
    const { headers, text } = await send('query Parts { fastField ... @defer { boom } ... @defer { slowField(waitFor: 50) } }', 'multipart/mixed')
    const id = headers.get('x-request-id')
    const results = payloads(text)
    const errors = results.flatMap((result) => result.incremental ?? []).flatMap((entry) => entry.errors ?? [])
    assert.deepEqual(errors.map(({ message, path, extensions }) => [message, path, extensions]),
      [['Something went wrong.', ['boom'], { code: 'INTERNAL_SERVER_ERROR' }]])
    assert.ok(!text.includes('secret'))
    const { durationMs, ...line } = await lineOf(id, 'operation')
    assert.ok(durationMs > 45, `${durationMs} ms`) // a timer may be a millisecond early
    assert.deepEqual([line.operation, line.type, line.results, line.errors], ['Parts', 'query', results.length, 1])
    assert.equal(lines(id).filter(({ message }) => message === 'operation').length, 1)
    assert.match((await lineOf(id, 'unexpected error of a resolver')).error, /^secret detail/)
  })

  test('is counted once', async () => {
    const figures = async () => {
      const metrics = await scrape(new URL('/metrics', server.url))
      return ['xylem_operations_total{type="query",outcome="ok"}', 'xylem_operations_total{type="query",outcome="errors"}', 'xylem_operation_results_total{type="query"}']
        .map((name) => metrics.get(name))
    }
    const before = await figures()
    await send(SLOW, 'multipart/mixed')
    await send('{ fastField ... @defer { boom } }', 'multipart/mixed')
    await until(async () => {
      const now = await figures()
      return now[0] === before[0] + 1 && now[1] === before[1] + 1 && now[2] === before[2] + 4
    }, 'the figures')
  })
})

test('SIGTERM lets an answer in parts finish', async () => {
  const server = await start()
  const answers = ['multipart/mixed', 'text/event-stream'].map((accept) =>
    post(server.url, { query: '{ ... @defer { slowField(waitFor: 300) } fastField }' }, { accept }))
  const stream = await subscribe(server, { query: 'subscription { newMessage(roomId: "1") { body } }' })
  let stopped
  try {
    await until(async () => (await stats(server)).promises === 2, 'the queries to start')
  } finally { stopped = server.stop() }
  assert.equal((await stream.next()).event, 'end')
  assert.equal((await answers[0]).text, multipart(IN_2022))
  assert.equal((await answers[1]).text, eventStream(IN_2022))
  await stopped
})

for (const program of ['tests/wire/app', 'examples/realtime/realtime']) {
  test(`${program} --no-defer-stream: the directives are unknown`, async () => {
    const server = await start(program, ['--no-defer-stream'])
    try {
      for (const [query, name] of [[SLOW, 'defer'], ['{ alphabet @stream }', 'stream']]) {
        const { json } = await post(server.url, { query })
        assert.deepEqual(json.errors.map(({ message }) => message), [`Unknown directive "@${name}".`])
      }
    } finally { await server.stop() }
  })
}
