// urql: queries and mutations as JSON, subscriptions by its own fetch exchange, over whichever stream the server offers.
import { Client, fetchExchange } from '@urql/core'
import { onEnd, pipe, subscribe } from 'wonka'
import { testClient } from './clients.mjs'

const plain = ({ data, error }) => ({ data: data ?? undefined, errors: error ? error.graphQLErrors : undefined })

function connect(url) {
  const client = new Client({ url, exchanges: [fetchExchange], fetchSubscriptions: true, preferGetMethod: false, requestPolicy: 'network-only' })

  return {
    run(query, variables = {}) {
      let stop
      const source = /^mutation/.test(query) ? client.mutation(query, variables) : client.query(query, variables)
      const promise = new Promise((resolve) => { ({ unsubscribe: stop } = pipe(source, subscribe((result) => resolve(plain(result))))) })
      return { promise, cancel: stop }
    },
    listen(query, variables = {}, sink) {
      // At the end urql gives the last result once more, with `hasNext: false`.
      const { unsubscribe } = pipe(client.subscription(query, variables), onEnd(sink.complete), subscribe((result) => {
        if (result.error?.networkError) sink.error(result.error)
        else if (result.hasNext) sink.next(plain(result))
      }))
      return unsubscribe
    },
    close() {},
  }
}

testClient('urql', connect)
