// curl, for those who look with their own eyes.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { start, stats, until } from './lib.mjs'

let server
before(async () => { server = await start('tests/wire/app', ['--tick-ms', '20']) })
after(() => server.stop())

const JSON_BODY = ['-H', 'content-type: application/json', '-d']
const body = (query, variables) => JSON.stringify({ query, variables })

// The output, with the status on a line of its own.
async function curl(...args) {
  const { stdout } = await promisify(execFile)('curl', ['-s', '-w', '\n%{http_code}', server.url, ...args])
  const at = stdout.lastIndexOf('\n')
  return { text: stdout.slice(0, at), status: Number(stdout.slice(at + 1)) }
}

test('a query by POST and by GET', async () => {
  const answer = { text: '{"data":{"auction":{"id":"2"}}}', status: 200 }
  assert.deepEqual(await curl(...JSON_BODY, body('query($id: ID!) { auction(id: $id) { id } }', { id: 2 })), answer)
  assert.deepEqual(await curl('-G', '--data-urlencode', 'query={ auction(id: "2") { id } }'), answer)
})

test('a mutation by POST, not by GET', async () => {
  const query = 'mutation { bid(input: {auctionId: 3, amount: 30}) { amount } }'
  assert.deepEqual(await curl(...JSON_BODY, body(query)), { text: '{"data":{"bid":{"amount":30}}}', status: 200 })
  const refused = await curl('-G', '--data-urlencode', `query=${query}`)
  assert.equal(refused.status, 405)
  assert.match(refused.text, /Can only perform a mutation operation from a POST request/)
})

test('what curl sends without a content type is refused', async () => {
  assert.equal((await curl('-d', body('{ fastField }'))).status, 415)
})

test('errors: of the document, of variables, of a field', async () => {
  const invalid = await curl(...JSON_BODY, body('{ nope }'))
  assert.equal(invalid.status, 200)
  assert.equal(JSON.parse(invalid.text).errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED')
  const variables = await curl(...JSON_BODY, body('query($id: ID!) { auction(id: $id) { id } }'))
  assert.equal(variables.status, 400)
  assert.equal(JSON.parse(variables.text).errors[0].extensions.code, 'BAD_USER_INPUT')
  const masked = await curl(...JSON_BODY, body('{ boom }'))
  assert.deepEqual(masked, {
    status: 200,
    text: '{"errors":[{"message":"Something went wrong.","locations":[{"line":1,"column":3}],"path":["boom"],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}],"data":{"boom":null}}',
  })
})

test('a subscription, to its end, byte for byte', async () => {
  const { text } = await curl('-N', ...JSON_BODY, body('subscription { countdown(from: 2, interval: 1) }'), '-H', 'accept: text/event-stream')
  assert.equal(text, ':\n\n' + [1, 0].map((n) => `event: next\ndata: {"data":{"countdown":${n}}}\n\n`).join('') + 'event: complete\ndata:\n\n')
})

test('ctrl-c ends the subscription on the server', async () => {
  const child = spawn('curl', ['-sN', server.url, ...JSON_BODY, body('subscription { countdown(from: 1000000, interval: 1) }'), '-H', 'accept: text/event-stream'])
  await once(child.stdout, 'data')
  await until(async () => (await stats(server)).countdownActive === 1, 'the countdown')
  child.kill('SIGINT')
  await until(async () => (await stats(server)).countdownActive === 0, 'the countdown to end')
})

test('a stopping server ends the stream in good order, without complete', async () => {
  const other = await start('tests/wire/app')
  const child = spawn('curl', ['-sN', other.url, ...JSON_BODY, body('subscription { newMessage(roomId: 1) { body } }'), '-H', 'accept: text/event-stream'])
  let text = ''
  child.stdout.on('data', (data) => (text += data))
  await until(() => text, 'the stream')
  const exit = once(child, 'exit')
  await other.stop()
  assert.deepEqual(await exit, [0, null])
  assert.equal(text, ':\n\n')
})
