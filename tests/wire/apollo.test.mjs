// Apollo Client 3 and 4 as they are: HttpLink, its own protocol for subscriptions (multipart/mixed;subscriptionSpec=1.0).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import apollo3 from 'apollo3/core/core.cjs'
import * as apollo4 from 'apollo4'
import { DOCUMENTS, restart, testClient } from './clients.mjs'
import { start, stats, until } from './lib.mjs'

// Version 3 has the errors in `errors`, version 4 in one error called `error`.
const plain = ({ data, errors, error }) => ({ data: data ?? undefined, errors: errors ?? error?.errors ?? error?.graphQLErrors, reason: error?.message })

const connectWith = ({ ApolloClient, HttpLink, InMemoryCache, gql }) => (url) => {
  const client = new ApolloClient({ link: new HttpLink({ uri: url, fetch }), cache: new InMemoryCache() })
  const options = (query, variables) => ({ query: gql(query), variables, errorPolicy: 'all', fetchPolicy: 'no-cache' })
  const subscribe = (observable, sink) => {
    const subscription = observable.subscribe(sink)
    return () => subscription.unsubscribe()
  }

  return {
    run(query, variables) {
      if (/^mutation/.test(query)) {
        const { query: mutation, ...rest } = options(query, variables)
        return { promise: client.mutate({ mutation, ...rest }).then(plain) }
      }
      const abort = new AbortController()
      const context = { fetchOptions: { signal: abort.signal } }
      return { promise: client.query({ ...options(query, variables), context }).then(plain), cancel: () => abort.abort() }
    },
    listen: (query, variables, sink) => subscribe(client.subscribe(options(query, variables)), { ...sink, next: (result) => sink.next(plain(result)) }),
    close: () => client.stop(),
  }
}

for (const [name, library] of [['Apollo Client 3', apollo3], ['Apollo Client 4', apollo4]]) {
  const connect = connectWith(library)

  testClient(name, connect)

  // A stream that a stopping server ends has no closing delimiter. Version 4 makes an error of it; version 3 does not look.
  test(`${name} learns that its stream is over when the server stops, and may ask again`, async () => {
    let server = await start('tests/wire/app', ['--tick-ms', '20'])
    const client = connect(server.url)
    const first = [], second = []
    let ended = false
    client.listen(DOCUMENTS.countdown, { from: 1000000, interval: 1 },
      { next: (result) => first.push(result), error: () => { ended = true }, complete: () => { ended = true } })
    await until(() => first.length >= 2, 'two numbers')
    server = await restart(server, '--tick-ms', '20')
    await until(() => ended, 'the end of the stream')
    if (library === apollo4) assert.match(first.at(-1).reason, /premature end of multipart body/)
    const stop = client.listen(DOCUMENTS.countdown, { from: 1000000, interval: 1 }, { next: ({ data }) => second.push(data.countdown), error() {}, complete() {} })
    await until(() => second.length >= 2, 'two numbers of the new server')
    assert.equal(second[0], 999999)
    stop()
    client.close()
    await until(async () => (await stats(server)).countdownActive === 0, 'the countdown to end')
    await server.stop()
  })
}
