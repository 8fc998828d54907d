// graphql-sse, distinct connections: each operation is a stream of its own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from 'graphql-sse'
import { DOCUMENTS, restart, testClient } from './clients.mjs'
import { start, stats, until } from './lib.mjs'

function connect(url) {
  const client = createClient({ url, retryAttempts: 0 })
  const listen = (query, variables, sink) => client.subscribe({ query, variables }, sink)

  return {
    listen,
    run(query, variables) {
      let stop
      const promise = new Promise((resolve, reject) => {
        let result
        stop = listen(query, variables, { next: (r) => { result = r }, error: reject, complete: () => resolve(result) })
      })
      return { promise, cancel: stop }
    },
    close: () => client.dispose(),
  }
}

testClient('graphql-sse', connect)

test('graphql-sse comes again when its server was restarted', async () => {
  let server = await start('tests/wire/app', ['--tick-ms', '20'])
  const client = createClient({ url: server.url, retryAttempts: 1000, retry: () => new Promise((resolve) => setTimeout(resolve, 20)) })
  const heard = []
  const stop = client.subscribe({ query: DOCUMENTS.countdown, variables: { from: 1000000, interval: 1 } },
    { next: ({ data }) => heard.push(data.countdown), error: (reason) => heard.push(reason), complete: () => heard.push('complete') })
  await until(() => heard.length >= 2, 'two numbers')
  server = await restart(server, '--tick-ms', '20')
  await until(async () => (await stats(server)).countdownActive === 1, 'the client to come again')
  await until(() => heard.lastIndexOf(999999) > 0, 'a new countdown')
  assert.ok(heard.every((number) => typeof number === 'number'), `a restart is no end: ${heard.filter((x) => typeof x !== 'number')}`)
  stop()
  client.dispose()
  await until(async () => (await stats(server)).countdownActive === 0, 'the countdown to end')
  await server.stop()
})
