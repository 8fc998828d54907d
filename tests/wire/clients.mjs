// What every GraphQL client does with a server, told once: each client's test file says how it is driven, and runs these.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { start, stats, until } from './lib.mjs'

export const DOCUMENTS = {
  auction: 'query Auction($id: ID!) { auction(id: $id) { id title } }',
  bid: 'mutation Bid($input: BidInput!) { bid(input: $input) { amount } }',
  send: 'mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { body } }',
  listen: 'subscription Listen($roomId: ID!) { newMessage(roomId: $roomId) { from body } }',
  countdown: 'subscription Countdown($from: Int!, $interval: Int!) { countdown(from: $from, interval: $interval) }',
  faulty: 'subscription Faulty { faulty }',
  refused: 'subscription Refused { faultyAtStart }',
  slow: 'query Slow { slowField(waitFor: 20000) }',
  partial: 'query Partial { boom fastField }',
  problem: 'query Problem { userProblem }',
  invalid: 'query Invalid { nope }',
}

const MASKED = 'Something went wrong.'

// All results of a subscription until it ends; a failure of the transport is the last one, as { failure }.
export const gather = (client, query, variables) => new Promise((resolve) => {
  const results = []
  client.listen(query, variables, {
    next: (result) => results.push(result),
    error: (failure) => resolve([...results, { failure }]),
    complete: () => resolve(results),
  })
})

// `connect(url)` gives a client:
//   run(query, variables) -> { promise of { data, errors }, cancel() }
//   listen(query, variables, { next({ data, errors }), error(reason), complete() }) -> stop()
//   close()
export function testClient(name, connect) {
  describe(name, () => {
    let server, client
    before(async () => {
      server = await start('tests/wire/app', ['--tick-ms', '20'])
      client = connect(server.url)
    })
    after(async () => {
      client.close()
      await server.stop()
    })
    const run = (query, variables) => client.run(query, variables).promise

    test('a query with variables', async () => {
      const { data, errors } = await run(DOCUMENTS.auction, { id: '2' })
      assert.equal(errors, undefined)
      assert.equal(data.auction.id, '2')
      assert.equal(data.auction.title, 'Vintage synthesizer')
    })

    test('a mutation', async () => {
      const { data } = await run(DOCUMENTS.bid, { input: { auctionId: '1', amount: 7 } })
      assert.equal(data.bid.amount, 7)
    })

    test('an error in one field, masked, beside the data of another', async () => {
      const { data, errors } = await run(DOCUMENTS.partial)
      assert.equal(errors.length, 1)
      assert.equal(errors[0].message, MASKED)
      assert.deepEqual(errors[0].path, ['boom'])
      assert.equal(errors[0].extensions.code, 'INTERNAL_SERVER_ERROR')
      assert.equal(data.fastField, 'I am fast')
    })

    test('an error for the user, with code and properties', async () => {
      const { errors } = await run(DOCUMENTS.problem)
      assert.equal(errors[0].message, 'Your input is not good')
      assert.deepEqual(errors[0].extensions, { code: 'BAD_USER_INPUT', properties: { field: 'x' } })
    })

    test('a document that is not valid', async () => {
      const { errors } = await run(DOCUMENTS.invalid)
      assert.equal(errors[0].message, 'Cannot query field "nope" on type "Query".')
      assert.equal(errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED')
    })

    test('a query that is cancelled ends on the server', async () => {
      const { promise, cancel } = client.run(DOCUMENTS.slow)
      promise.catch(() => {})
      await until(async () => (await stats(server)).promises === 1, 'the query to start')
      cancel()
      await until(async () => (await stats(server)).promises === 0, 'the query to end')
    })

    test('a subscription, to its end', async () => {
      const results = await gather(client, DOCUMENTS.countdown, { from: 40, interval: 10 })
      assert.deepEqual(results.map(({ data }) => data?.countdown), [30, 20, 10, 0])
      await until(async () => (await stats(server)).countdownActive === 0, 'the countdown to end')
    })

    test('messages reach their room', async () => {
      const heard = []
      const stop = client.listen(DOCUMENTS.listen, { roomId: name }, { next: ({ data }) => heard.push(data.newMessage), error() {}, complete() {} })
      await until(async () => (await stats(server)).newMessageActive === 1, 'the listener')
      await run(DOCUMENTS.send, { input: { roomId: name, from: 'ann', body: 'one' } })
      await run(DOCUMENTS.send, { input: { roomId: name, from: 'ann', body: 'zwei ü 😀\n' } })
      await until(() => heard.length === 2, 'two messages')
      assert.deepEqual(heard.map(({ from, body }) => [from, body]), [['ann', 'one'], ['ann', 'zwei ü 😀\n']])
      stop()
      await until(async () => (await stats(server)).newMessageActive === 0, 'the listener to be gone')
    })

    test('who leaves a subscription ends it', async () => {
      const got = []
      const stop = client.listen(DOCUMENTS.countdown, { from: 1000000, interval: 1 }, { next: ({ data }) => got.push(data.countdown), error() {}, complete() {} })
      await until(() => got.length >= 2, 'two numbers')
      assert.equal((await stats(server)).countdownActive, 1)
      stop()
      await until(async () => (await stats(server)).countdownActive === 0, 'the countdown to end')
    })

    test('a source that fails: its events, then the error, masked', async () => {
      const results = await gather(client, DOCUMENTS.faulty)
      assert.deepEqual(results.slice(0, 2).map(({ data }) => data.faulty), [1, 2])
      assert.equal(results[2].errors[0].message, MASKED)
      assert.equal(results.length, 3)
      await until(async () => (await stats(server)).faultyActive === 0, 'the source to be gone')
    })

    test('a subscription that cannot be opened says why', async () => {
      const results = await gather(client, DOCUMENTS.refused)
      assert.equal(results[0].errors[0].message, MASKED)
      assert.equal(results.length, 1)
    })
  })
}

// A server that stops, and is there again on the same port.
export async function restart(server, ...args) {
  await server.stop()
  return start('tests/wire/app', ['--port', String(server.port), ...args])
}
