// A line of the log for each operation, and how it is found again from the client's side.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { post, start, subscribe, until } from './lib.mjs'

// All lines are JSON, whatever a client sends.
const lines = (server, message) => server.log().split('\n').slice(0, -1).map((line) => JSON.parse(line)).filter((line) => line.message === message)
const lineOf = (server, requestId, message = 'operation') =>
  until(() => lines(server, message).find((line) => line.requestId === requestId), `the line of ${requestId}`)

describe('on', () => {
  let server
  before(async () => { server = await start('tests/wire/app', ['--log-requests', 'on']) })
  after(() => server.stop())

  const logged = async (body, headers) => {
    const answer = await post(server.url, body, headers)
    const id = answer.headers.get('x-request-id')
    assert.match(id, /^[\w.-]+$/)
    const { time, level, room, durationMs, ...rest } = await lineOf(server, id)
    assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    assert.equal(level, 'info')
    assert.equal(room, 'serve')
    assert.ok(durationMs > 0 && durationMs < 60000)
    return { message: 'operation', requestId: id, expected: rest }
  }

  test('a query', async () => {
    const { expected, ...line } = await logged({ query: 'query Fast { fastField }' })
    assert.deepEqual(expected, { ...line, operation: 'Fast', type: 'query', results: 1, errors: 0 })
  })

  test('a mutation, its variables by name only', async () => {
    const { expected, ...line } = await logged({ query: 'mutation Say($i: SendMessageInput!) { sendMessage(input: $i) { from } }', variables: { i: { roomId: '1', from: 'a', body: 'confidential' } } })
    assert.deepEqual(expected, { ...line, operation: 'Say', type: 'mutation', results: 1, errors: 0, variables: { i: '[redacted]' } })
    assert.doesNotMatch(server.log(), /confidential/)
  })

  test('errors of fields, and the unexpected error itself under the same id', async () => {
    const { expected, ...line } = await logged({ query: '{ boom }' })
    assert.deepEqual(expected, { ...line, type: 'query', results: 1, errors: 1 })
    assert.match((await lineOf(server, line.requestId, 'unexpected error of a resolver')).error, /^secret detail/)
  })

  test('what was refused', async () => {
    const { expected, ...line } = await logged({ query: '{ nope }' })
    assert.deepEqual(expected, { ...line, results: 0, errors: 0, refused: 'document' })
    const wrong = await logged({ query: 'query Q($n: Int!) { echo(n: $n) }', operationName: 'Q', variables: { n: 'x' } })
    assert.equal(wrong.expected.refused, 'operation')
    assert.equal(wrong.expected.operation, 'Q')
    assert.deepEqual(wrong.expected.variables, { n: '[redacted]' })
  })

  test('a subscription, when it is over', async () => {
    const stream = await subscribe(server, { query: 'subscription Count { countdown(from: 20, interval: 10) }' })
    const id = stream.headers['x-request-id']
    assert.equal((await stream.next()).event, 'next')
    assert.equal(lines(server, 'operation').find((line) => line.requestId === id), undefined)
    while ((await stream.next()).event === 'next');
    const { type, operation, results, durationMs } = await lineOf(server, id)
    assert.deepEqual({ type, operation, results }, { type: 'subscription', operation: 'Count', results: 2 })
    assert.ok(durationMs > 400)
    const left = await subscribe(server, { query: 'subscription { newMessage(roomId: "1") { body } }' })
    await left.close()
    assert.equal((await lineOf(server, left.headers['x-request-id'])).results, 0)
  })

  test('the id of a client is taken over, unless it is no id', async () => {
    const mine = 'req-42_A.z'
    const { requestId } = await logged({ query: '{ fastField }' }, { 'x-request-id': mine })
    assert.equal(requestId, mine)
    const ids = new Set()
    for (const wrong of ['with space', 'a"b', 'x'.repeat(200), '{}', '']) ids.add((await logged({ query: '{ fastField }' }, { 'x-request-id': wrong })).requestId)
    assert.equal(ids.size, 5)
    for (const id of ids) assert.match(id, /^[0-9a-f]{16}$/)
  })

  test('what a client sends stays within its line', async () => {
    const operationName = 'x\n{"level":"error","message":"forged"}\u001b[2J\u009b"'
    const { expected } = await logged({ query: 'query A { fastField }', operationName })
    assert.equal(expected.operation, operationName)
    assert.equal(lines(server, 'forged').length, 0)
    assert.doesNotMatch(server.log(), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
    const long = await logged({ query: 'query A { fastField }', operationName: 'n'.repeat(5000) })
    assert.equal(long.expected.operation, 'n'.repeat(256))
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`v${i}\u0000"`, 'x']))
    const { variables } = (await logged({ query: '{ fastField }', variables: many })).expected
    assert.equal(variables['v0\u0000"'], '[redacted]')
    assert.match(variables['…'], /^4\d\d more$/)
  })
})

test('values of variables are shown when that is wanted', async () => {
  const server = await start('tests/wire/app', ['--log-requests', 'on', '--log-variables'])
  const variables = { text: 'shown', n: 1, ids: ['a', 'b'] }
  const answer = await post(server.url, { query: 'query ($text: String, $n: Int, $ids: [ID!]) { echo(text: $text, n: $n, ids: $ids) }', variables })
  assert.deepEqual((await lineOf(server, answer.headers.get('x-request-id'))).variables, variables)
  const long = await post(server.url, { query: 'query ($text: String, $n: Int) { echo(text: $text, n: $n) }', variables: { text: 'x'.repeat(2000), n: 1 } })
  assert.deepEqual((await lineOf(server, long.headers.get('x-request-id'))).variables, { text: '[too long]', n: 1 })
  await server.stop()
})

test('off in production, unless switched on', async () => {
  const server = await start()
  const answer = await post(server.url, { query: '{ fastField }' })
  assert.ok(answer.headers.get('x-request-id'))
  await server.stop()
  assert.deepEqual(lines(server, 'operation'), [])
})
