// Real clients of @defer and @stream: how each is driven, and what each of them must see.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { after, before, describe } from 'node:test'
import { Client, fetchExchange } from '@urql/core'
import apollo3 from 'apollo3/core/core.cjs'
import * as apollo4 from 'apollo4'
import { Defer20220824Handler, GraphQL17Alpha9Handler } from 'apollo4/incremental'
import { EventSource } from 'eventsource'
import { createClient } from 'graphql-sse'
import { meros } from 'meros/browser'
import { meros as merosOfNode } from 'meros/node'
import { pipe, subscribe } from 'wonka'
import { figures, merger, newGate, openGate, readerOf, rest } from './incremental.mjs'
import { post, start } from './lib.mjs'

// What a client is: `watch(url, query, variables, result)` calls `result({ data, errors })` with all that is known whenever it learns
// more, and gives a function that stops it.

const apollo = ({ ApolloClient, HttpLink, InMemoryCache, gql }, Handler) => (url, query, variables, result) => {
  const client = new ApolloClient({ link: new HttpLink({ uri: url, fetch }), cache: new InMemoryCache(), ...(Handler && { incrementalHandler: new Handler() }) })
  const watched = client.watchQuery({ query: gql(query), variables, errorPolicy: 'all', fetchPolicy: 'network-only' })
  const subscription = watched.subscribe({
    next: ({ data, errors, error }) => data && result({ data, errors: errors ?? error?.errors ?? error?.graphQLErrors }),
    error: (error) => result({ data: undefined, errors: error.errors ?? error.graphQLErrors ?? [error] }),
  })
  return () => { subscription.unsubscribe(); client.stop() }
}

function urql(url, query, variables, result) {
  const client = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false, requestPolicy: 'network-only' })
  return pipe(client.query(query, variables), subscribe(({ data, error }) => result({ data, errors: error?.graphQLErrors }))).unsubscribe
}

// Clients that hand on payloads as they are.
const merging = (drive) => (url, query, variables, result) => {
  const merged = merger()
  return drive(url, query, variables, (payload) => { merged.take(payload); result(merged.result) })
}

const sse = (single) => merging((url, query, variables, take) => {
  const client = createClient({ url: single ? `${url}/stream` : url, singleConnection: single, retryAttempts: 0 })
  return client.subscribe({ query, variables }, { next: take, error: (error) => { throw error }, complete() {} })
})

const eventSource = merging((url, query, variables, take) => {
  const source = new EventSource(`${url}?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`)
  source.addEventListener('next', ({ data }) => take(JSON.parse(data)))
  source.addEventListener('complete', () => source.close())
  return () => source.close()
})

const HEADERS = { 'content-type': 'application/json', accept: 'multipart/mixed' }

async function takeParts(answer, take) {
  try {
    for await (const { json, body } of await answer) take(json ? body : assert.fail(`no JSON: ${body}`))
  } catch (error) {
    if (error.name !== 'AbortError' && error.code !== 'ECONNRESET') throw error
  }
}

const merosByFetch = merging((url, query, variables, take) => {
  const abort = new AbortController()
  takeParts(fetch(url, { method: 'POST', headers: HEADERS, body: JSON.stringify({ query, variables }), signal: abort.signal }).then((response) => meros(response)), take)
  return () => abort.abort()
})

const merosByHttp = merging((url, query, variables, take) => {
  const request = http.request(url, { method: 'POST', headers: HEADERS, agent: false })
  request.on('error', () => {})
  request.end(JSON.stringify({ query, variables }))
  takeParts(once(request, 'response').then(([response]) => merosOfNode(response)), take)
  return () => request.destroy()
})

const curl = merging((url, query, variables, take) => {
  const child = spawn('curl', ['-sN', url, ...Object.entries(HEADERS).flatMap(([name, value]) => ['-H', `${name}: ${value}`]), '-d', JSON.stringify({ query, variables })])
  const reader = readerOf('multipart/mixed')
  child.stdout.on('data', (bytes) => reader.feed(bytes).forEach((json) => take(JSON.parse(json))))
  return () => child.kill('SIGINT')
})

export const CLIENTS = [
  // Version 3 knows no @stream: see stream.test.mjs.
  { name: 'Apollo Client 3', watch: apollo(apollo3), noStream: true },
  { name: 'Apollo Client 4, form of 2022', watch: apollo(apollo4, Defer20220824Handler) },
  { name: 'Apollo Client 4, form of 2023', watch: apollo(apollo4, GraphQL17Alpha9Handler) },
  { name: 'urql', watch: urql },
  { name: 'graphql-sse', watch: sse(false) },
  { name: 'graphql-sse, single connection', watch: sse(true) },
  { name: 'EventSource', watch: eventSource },
  { name: 'meros with fetch', watch: merosByFetch },
  { name: 'meros with node:http', watch: merosByHttp },
  { name: 'curl', watch: curl },
]

// Without what some clients ask for on their own.
export const plain = (data) => JSON.parse(JSON.stringify(data), (key, value) => (key === '__typename' ? undefined : value))

// Runs `tests` with each of `clients` and a server of its own; there `watch(query, variables)` gives the results so far, a list that
// grows, the last of them, and how to stop.
export function testClients(clients, args, tests) {
  for (const { name, watch } of clients) {
    describe(name, () => {
      let server
      const stops = []
      before(async () => { server = await start('tests/wire/app', ['--gates', '--letter-ms', '10', ...args]) })
      after(async () => {
        stops.forEach((stop) => stop())
        await server.stop()
      })
      tests({
        gate: newGate, open: (gate) => openGate(server, gate), rest: () => rest(server), stats: () => figures(server),
        plainly: async (query, variables) => (await post(server.url, { query, variables })).json.data,
        watch(query, variables = {}) {
          const results = []
          const stop = watch(server.url, query, variables, ({ data, errors }) => results.push({ data: plain(data ?? null), errors }))
          stops.push(stop)
          return { results, last: () => results.at(-1), stop }
        },
      })
    })
  }
}
