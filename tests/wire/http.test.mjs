// GraphQL over HTTP: methods, media types, statuses, and answers to what is wrong.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { post, raw, start, subscribe, until, stats } from './lib.mjs'

let server
before(async () => { server = await start() })
after(() => server.stop())

const get = (query, headers = {}) => fetch(`${server.url}?query=${encodeURIComponent(query)}`, { headers })
const RESPONSE = 'application/graphql-response+json'

test('a query by POST and by GET', async () => {
  const byPost = await post(server.url, { query: '{ fastField }' })
  assert.equal(byPost.text, '{"data":{"fastField":"I am fast"}}')
  assert.equal(byPost.headers.get('content-type'), 'application/json; charset=utf-8')
  const byGet = await get('{ fastField }', { accept: RESPONSE })
  assert.equal(await byGet.text(), byPost.text)
  assert.equal(byGet.headers.get('content-type'), `${RESPONSE}; charset=utf-8`)
})

test('keys are in the order of the query, errors before data', async () => {
  const { text } = await post(server.url, { query: '{ b: slowField(waitFor: 20) a: fastField userProblem }' })
  assert.equal(text, '{"errors":[{"message":"Your input is not good","locations":[{"line":1,"column":42}],"path":["userProblem"],'
    + '"extensions":{"code":"BAD_USER_INPUT","properties":{"field":"x"}}}],"data":{"b":"I am slow","a":"I am fast","userProblem":null}}')
})

test('arguments and variables are coerced', async () => {
  const { json } = await post(server.url, {
    query: 'query Q($n: Int = 7, $f: Float, $ids: [ID!]) { echo(text: "x", n: $n, f: $f, ids: $ids) }', variables: { f: 2, ids: [1, 'b'] } })
  assert.deepEqual(JSON.parse(json.data.echo), { text: 'x', n: 7, f: 2, ids: ['1', 'b'] })
})

test('an unexpected error is masked and logged', async () => {
  const { json } = await post(server.url, { query: '{ boom }' })
  assert.equal(json.errors[0].message, 'Something went wrong.')
  assert.equal(json.errors[0].extensions.code, 'INTERNAL_SERVER_ERROR')
  await until(() => server.log().includes('secret detail: /etc/passwd'), 'the log line')
})

for (const [name, body, json, response] of [
  ['a syntax error', { query: '{' }, 200, 400],
  ['a validation error', { query: '{ nope }' }, 200, 400],
  ['no query', {}, 200, 400],
  ['a variable of the wrong type', { query: 'query ($n: Int!) { echo(n: $n) }', variables: { n: 'x' } }, 400, 400],
  ['an unknown operation', { query: 'query A { fastField }', operationName: 'B' }, 400, 400],
  ['a parameter of the wrong type', { query: 5 }, 400, 400],
  ['an unknown parameter', { query: '{ fastField }', foo: 1 }, 400, 400],
  ['a body that is no object', '[]', 400, 400],
  ['a body that is no JSON', '{', 400, 400],
  ['an empty body', '', 400, 400],
]) {
  test(`${name}: ${json} as JSON, ${response} as GraphQL response, an event in a stream`, async () => {
    for (const [accept, status] of [['application/json', json], [RESPONSE, response]]) {
      const answer = await post(server.url, body, { accept })
      assert.equal(answer.status, status)
      assert.ok(answer.json.errors[0].message)
      assert.equal('data' in answer.json, false)
    }
    const events = await post(server.url, body, { accept: 'text/event-stream' })
    assert.equal(events.status, 200)
    assert.match(events.text, /^:\n\nevent: next\ndata: \{"errors":\[.*\]\}\n\nevent: complete\ndata:\n\n$/)
  })
}

test('what is wrong carries a code', async () => {
  const code = async (body) => (await post(server.url, body)).json.errors[0].extensions.code
  assert.equal(await code({ query: '{' }), 'GRAPHQL_PARSE_FAILED')
  assert.equal(await code({ query: '{ nope }' }), 'GRAPHQL_VALIDATION_FAILED')
  assert.equal(await code({ query: 'query ($n: Int!) { echo(n: $n) }' }), 'BAD_USER_INPUT')
})

test('a mutation by GET is 405 and is not executed', async () => {
  const stream = await subscribe(server, { query: 'subscription { newMessage(roomId: "get") { body } }' })
  const mutation = 'mutation { sendMessage(input: {roomId: "get", from: "a", body: "b"}) { body } }'
  const answer = await get(mutation)
  assert.equal(answer.status, 405)
  assert.equal(answer.headers.get('allow'), 'POST')
  assert.equal((await answer.json()).errors[0].message, 'Can only perform a mutation operation from a POST request.')
  const events = await get(mutation, { accept: 'text/event-stream' })
  assert.equal(events.status, 200)
  assert.match(await events.text(), /Can only perform a mutation/)
  assert.equal(stream.received(), 0)
  await stream.close()
})

test('other methods are 405 with Allow, OPTIONS is 204', async () => {
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    const answer = await fetch(server.url, { method })
    assert.equal(answer.status, 405)
    assert.equal(answer.headers.get('allow'), 'GET, POST')
  }
  const options = await fetch(server.url, { method: 'OPTIONS' })
  assert.equal(options.status, 204)
  assert.equal(options.headers.get('allow'), 'GET, POST')
})

test('another content type is 415, another Accept 406', async () => {
  assert.equal((await post(server.url, '{}', { 'content-type': 'text/plain' })).status, 415)
  assert.equal((await post(server.url, 'query=x', { 'content-type': 'application/x-www-form-urlencoded' })).status, 415)
  const answer = await post(server.url, { query: '{ fastField }' }, { accept: 'text/html' })
  assert.equal(answer.status, 406)
  assert.match(answer.headers.get('accept'), /application\/json/)
})

test('a subscription for JSON only is 406 and is not opened', async () => {
  const opened = (await stats(server)).countdownOpened
  const answer = await post(server.url, { query: 'subscription { countdown(from: 3, interval: 1) }' })
  assert.equal(answer.status, 406)
  assert.equal(answer.headers.get('accept'), 'text/event-stream')
  assert.equal((await stats(server)).countdownOpened, opened)
})

test('/graphql/ is /graphql; another path is 404', async () => {
  assert.equal((await post(`${server.url}/`, { query: '{ fastField }' })).status, 200)
  assert.equal((await post(`${server.url}/x`, { query: '{ fastField }' })).status, 404)
})

test('the bytes of an event stream', async () => {
  const body = '{"query":"subscription { countdown(from: 10, interval: 10) }"}'
  const { text } = await raw(server, `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`
    + `Accept: text/event-stream\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  const [head, ...rest] = text.split('\r\n\r\n')
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n/)
  assert.match(head, /\r\ncontent-type: text\/event-stream\r\n/i)
  assert.match(head, /\r\ncache-control: no-cache, no-transform\r\n/i)
  assert.match(head, /\r\nx-accel-buffering: no/i)
  assert.equal(rest.join('\r\n\r\n'), '3\r\n:\n\n\r\n2c\r\nevent: next\ndata: {"data":{"countdown":0}}\n\n\r\n'
    + '17\r\nevent: complete\ndata:\n\n\r\n0\r\n\r\n')
})

test('a source that fails: its events, a masked error, complete', async () => {
  const stream = await subscribe(server, { query: 'subscription { faulty }' })
  assert.deepEqual((await stream.next()).data, { data: { faulty: 1 } })
  assert.deepEqual((await stream.next()).data, { data: { faulty: 2 } })
  const { data } = await stream.next()
  assert.equal(data.errors[0].message, 'Something went wrong.')
  assert.equal('data' in data, false)
  assert.equal((await stream.next()).event, 'complete')
  await stream.close()
})

test('a source that cannot be opened: a masked error, complete', async () => {
  const stream = await subscribe(server, { query: 'subscription { faultyAtStart }' })
  assert.equal(stream.status, 200)
  const { data } = await stream.next()
  assert.equal(data.errors[0].message, 'Something went wrong.')
  assert.deepEqual(data.errors[0].path, ['faultyAtStart'])
  assert.equal((await stream.next()).event, 'complete')
  await stream.close()
})

test('a client that leaves ends a list that nobody waits for', async () => {
  const abort = new AbortController()
  const pending = fetch(`${server.url}?query=${encodeURIComponent('{ alphabet }')}`, { signal: abort.signal }).catch(() => {})
  await until(async () => (await stats(server)).alphabetActive === 1, 'the alphabet to start')
  abort.abort()
  await pending
  await until(async () => { const s = await stats(server); return s.alphabetActive === 0 && s.promises === 0 }, 'the alphabet to be stopped')
})

test('a client that leaves ends a query that nobody waits for', async () => {
  const abort = new AbortController()
  const { slowFinished } = await stats(server)
  const pending = fetch(`${server.url}?query=${encodeURIComponent('{ slowField(waitFor: 60000) }')}`, { signal: abort.signal }).catch(() => {})
  await until(async () => (await stats(server)).promises === 1, 'the query to start')
  abort.abort()
  await pending
  await until(async () => (await stats(server)).promises === 0, 'the query to be stopped')
  assert.equal((await stats(server)).slowFinished, slowFinished)
})
