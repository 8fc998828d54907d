// What an unexpected error tells: production's clients nothing, the log everything, under the same request id.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { post, start, until } from './lib.mjs'

const MASKED = { code: 'INTERNAL_SERVER_ERROR' }

// [name, operation, Accept, path of the error, its text]
const failures = [
  ['a field', '{ boom }', 'application/json', ['boom'], 'secret detail: /etc/passwd at db.internal:5432'],
  ['a nested field', '{ probe { boom } }', 'application/json', ['probe', 'boom'], 'nested secret'],
  ['a field that is not nullable', '{ probe { boomHard } }', 'application/json', ['probe', 'boomHard'], 'nested hard secret'],
  ['the same as one event', '{ probe { boomHard } }', 'text/event-stream', ['probe', 'boomHard'], 'nested hard secret'],
  ['a source', 'subscription { faulty }', 'text/event-stream', undefined, 'stream secret'],
  ['an opener', 'subscription { faultyAtStart }', 'text/event-stream', ['faultyAtStart'], 'subscribe secret'],
  ['a source, in parts', 'subscription { faulty }', 'multipart/mixed;subscriptionSpec=1.0', undefined, 'stream secret'],
]

// All errors in whatever the server has sent.
const errorsIn = (text) => text.split('\n').flatMap((line) => {
  const at = line.indexOf('{')
  if (at < 0) return []
  const json = JSON.parse(line.slice(at))
  return (json.payload ?? json).errors ?? []
})

const logged = (server, requestId) => server.log().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
  .filter((line) => line.requestId === requestId && line.level === 'error')

const atLine = (server, requestId) => until(() => logged(server, requestId)[0], `a line about ${requestId} in the log`)

function eachFailure(server, told) {
  for (const [name, query, accept, path, text] of failures) {
    test(name, async () => {
      const answer = await post(server().url, { query }, { accept })
      const [error] = errorsIn(answer.text)
      assert.equal(answer.status, 200)
      assert.deepEqual(error.path, path)
      told(error, text, answer.text)
      assert.equal((await atLine(server(), answer.headers.get('x-request-id'))).error, text)
    })
  }
}

describe('production', () => {
  let server
  before(async () => { server = await start() })
  after(() => server.stop())

  eachFailure(() => server, (error, text, all) => {
    assert.equal(error.message, 'Something went wrong.')
    assert.deepEqual(error.extensions, MASKED)
    assert.ok(!all.includes('secret'))
  })

  test('the log has the request id that the client chose', async () => {
    const answer = await post(server.url, { query: '{ boom }' }, { 'x-request-id': 'from-the-client' })
    assert.equal(answer.headers.get('x-request-id'), 'from-the-client')
    assert.match((await atLine(server, 'from-the-client')).error, /^secret detail/)
  })

  test('what is meant for the user passes, beside what is not', async () => {
    const { json } = await post(server.url, { query: '{ userProblem boom }' })
    assert.equal(json.errors[0].message, 'Your input is not good')
    assert.deepEqual(json.errors[0].extensions, { code: 'BAD_USER_INPUT', properties: { field: 'x' } })
    assert.equal(json.errors[1].message, 'Something went wrong.')
    assert.deepEqual(json.data, { userProblem: null, boom: null })
  })

  test('what the user did wrong does not go to the log as an error', async () => {
    const { json, headers } = await post(server.url, { query: 'mutation { bid(input: {auctionId: 99, amount: 1}) { amount } }' })
    assert.equal(json.errors[0].message, 'There is no auction 99.')
    assert.deepEqual(json.errors[0].extensions, { code: 'BAD_USER_INPUT' })
    // The line of a later request is there: those of an earlier one are, too.
    await atLine(server, (await post(server.url, { query: '{ boom }' })).headers.get('x-request-id'))
    assert.deepEqual(logged(server, headers.get('x-request-id')), [])
  })
})

describe('development', () => {
  let server
  before(async () => { server = await start('tests/wire/app', ['--development']) })
  after(() => server.stop())

  eachFailure(() => server, (error, text) => assert.equal(error.message, text))
})
