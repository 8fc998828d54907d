// EventSource, as browsers have it: operations by GET, results as `next` events, an error event for nothing but the transport.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { EventSource } from 'eventsource'
import { DOCUMENTS, restart } from './clients.mjs'
import { post, start, stats, until } from './lib.mjs'

let server
before(async () => { server = await start('tests/wire/app', ['--tick-ms', '20']) })
after(() => server.stop())

// What a source hears: results, 'open', 'complete', 'error' in their order. Closes at `complete`, as a page must.
function open(query, variables = {}) {
  const source = new EventSource(`${server.url}?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`)
  const heard = []
  source.onopen = () => heard.push('open')
  source.onerror = () => heard.push('error')
  source.addEventListener('next', ({ data }) => heard.push(JSON.parse(data)))
  source.addEventListener('complete', () => { heard.push('complete'); source.close() })
  return { heard, close: () => source.close(), completed: () => until(() => heard.includes('complete'), 'the end') }
}

test('a query, as a stream of one result', async () => {
  const { heard, completed } = open(DOCUMENTS.auction, { id: '2' })
  await completed()
  assert.deepEqual(heard, ['open', { data: { auction: { id: '2', title: 'Vintage synthesizer' } } }, 'complete'])
})

test('a subscription, to its end', async () => {
  const { heard, completed } = open(DOCUMENTS.countdown, { from: 30, interval: 10 })
  await completed()
  assert.deepEqual(heard, ['open', ...[20, 10, 0].map((countdown) => ({ data: { countdown } })), 'complete'])
})

test('a mutation is refused: GET changes nothing', async () => {
  const { heard, completed } = open(DOCUMENTS.bid, { input: { auctionId: '1', amount: 7 } })
  await completed()
  assert.equal(heard[1].errors[0].message, 'Can only perform a mutation operation from a POST request.')
  const { json } = await post(server.url, { query: '{ auction(id: "1") { bids { amount } } }' })
  assert.deepEqual(json.data.auction.bids, [{ amount: 100 }])
})

for (const [what, query, message] of [
  ['a document that does not parse', '{', 'Syntax Error: Expected Name, found <EOF>.'],
  ['a document that is not valid', '{ nope }', 'Cannot query field "nope" on type "Query".'],
  ['a variable that is missing', DOCUMENTS.auction, 'Variable "$id" has invalid value: Expected a value of non-null type "ID!" to be provided.'],
  ['a field that fails', '{ boom }', 'Something went wrong.'],
  ['a subscription that cannot be opened', DOCUMENTS.refused, 'Something went wrong.'],
]) {
  test(`${what}: an event that says so`, async () => {
    const { heard, completed } = open(query)
    await completed()
    assert.equal(heard[1].errors[0].message, message)
    assert.equal(heard[2], 'complete')
  })
}

test('a source that fails: its events, then the error', async () => {
  const { heard, completed } = open(DOCUMENTS.faulty)
  await completed()
  assert.deepEqual(heard.slice(1, 3), [{ data: { faulty: 1 } }, { data: { faulty: 2 } }])
  assert.equal(heard[3].errors[0].message, 'Something went wrong.')
})

test('who closes ends the source', async () => {
  const { heard, close } = open(DOCUMENTS.countdown, { from: 1000000, interval: 1 })
  await until(() => heard.length >= 3, 'two numbers')
  assert.equal((await stats(server)).countdownActive, 1)
  close()
  await until(async () => (await stats(server)).countdownActive === 0, 'the countdown to end')
})

test('comes again when the server was restarted', { timeout: 60000 }, async () => {
  const { heard, close } = open(DOCUMENTS.countdown, { from: 1000000, interval: 1 })
  await until(() => heard.length >= 3, 'two numbers')
  server = await restart(server, '--tick-ms', '20')
  await until(() => heard.filter((one) => one === 'open').length === 2, 'the source to come again', 30000)
  await until(() => heard.lastIndexOf('open') < heard.length - 1, 'a number of the new server')
  assert.deepEqual(heard[heard.lastIndexOf('open') + 1], { data: { countdown: 999999 } })
  assert.ok(!heard.includes('complete'), 'a restart is no end')
  close()
  await until(async () => (await stats(server)).countdownActive === 0, 'the countdown to end')
})
