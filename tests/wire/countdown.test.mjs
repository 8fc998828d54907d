// The countdown: a source with a timer, and what is left of it when its client goes.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createClient } from 'graphql-sse'
import { start, stats, subscribe, until } from './lib.mjs'

let server
before(async () => { server = await start('tests/wire/app', ['--tick-ms', '20']) })
after(() => server.stop())

const countdown = (from, interval) =>
  subscribe(server, { query: `subscription { countdown(from: ${from}, interval: ${interval}) }` })

async function rest(stream) {
  const values = []
  for (;;) {
    const { event, data } = await stream.next()
    if (event !== 'next') return [...values, event]
    values.push(data.data ? data.data.countdown : data.errors[0].message)
  }
}

test('counts down and completes', async () => {
  assert.deepEqual(await rest(await countdown(40, 10)), [30, 20, 10, 0, 'complete'])
})

test('completes instead of going below zero', async () => {
  assert.deepEqual(await rest(await countdown(100, 45)), [55, 10, 'complete'])
  assert.deepEqual(await rest(await countdown(5, 10)), ['complete'])
})

test('does not overflow at the limits of Int', async () => {
  assert.deepEqual(await rest(await countdown(2147483647, 2147483647)), [0, 'complete'])
  assert.deepEqual(await rest(await countdown(-2147483648, 2147483647)), ['complete'])
})

test('interval 0 never ends by itself, and dies with its client', async () => {
  const stream = await countdown(5, 0)
  for (let i = 0; i < 3; i++) assert.equal((await stream.next()).data.data.countdown, 5)
  assert.equal((await stats(server)).countdownActive, 1)
  await stream.close()
  await until(async () => (await stats(server)).countdownActive === 0, 'the countdown to stop')
})

test('graphql-sse: iterate() and leaving early', async () => {
  const client = createClient({ url: server.url, retryAttempts: 0 })
  const got = []
  for await (const result of client.iterate({ query: 'subscription { countdown(from: 1000, interval: 1) }' })) {
    got.push(result.data.countdown)
    if (got.length === 2) break
  }
  assert.deepEqual(got, [999, 998])
  client.dispose()
  await until(async () => (await stats(server)).countdownActive === 0, 'the countdown to stop')
})

test('after complete the same connection serves the next request', async () => {
  const { raw } = await import('./lib.mjs')
  const request = (query, accept) => {
    const body = JSON.stringify({ query })
    return `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: ${accept}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  }
  const { text } = await raw(server, request('subscription { countdown(from: 10, interval: 10) }', 'text/event-stream')
    + request('{ fastField }', 'application/json'), (t) => t.includes('I am fast'))
  assert.match(text, /event: complete/)
})
