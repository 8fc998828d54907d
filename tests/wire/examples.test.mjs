// The five examples, each asked by a client that people use.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ApolloClient, gql, HttpLink, InMemoryCache } from 'apollo4'
import { Defer20220824Handler } from 'apollo4/incremental'
import { Client, fetchExchange } from '@urql/core'
import { EventSource } from 'eventsource'
import { createClient } from 'graphql-sse'
import { pipe, subscribe } from 'wonka'
import { bearer, follow, SECRET } from './live.mjs'
import { post, start, until } from './lib.mjs'

// Its auctions are not made for resolvers on several threads.
const ONE_WORKER = ['--workers', '1']

let server
before(async () => { server = await start('examples/realtime/realtime', ONE_WORKER, { LETTER_MS: '5' }) })
after(() => server.stop())

const mutate = async (query, variables) => {
  const { json } = await post(server.url, { query, variables })
  assert.equal(json.errors, undefined, JSON.stringify(json.errors))
  return json.data
}

test('auctions: a live query sees each bid (graphql-sse)', async () => {
  const client = createClient({ url: server.url, retryAttempts: 0 })
  const query = 'query @live { auction(id: "2") { title highestBid { amount } bids { amount } } }'
  const results = client.iterate({ query })
  assert.deepEqual((await results.next()).value.data, { auction: { title: 'Lapel pin', highestBid: null, bids: [] } })
  for (const [amount, highest, count] of [[50, 50, 1], [20, 50, 2], [70, 70, 3]]) {
    await mutate('mutation ($input: BidInput!) { bid(input: $input) { amount } }', { input: { auctionId: '2', amount } })
    const { data: { auction } } = (await results.next()).value
    assert.deepEqual([auction.highestBid.amount, auction.bids.length], [highest, count])
  }
  await results.return()
})

test('auctions: answers that are read in parts are of their own moment', async () => {
  const { json } = await post(server.url, { query: 'mutation { bid(input: { auctionId: "9", amount: 1 }) { amount } }' })
  assert.equal(json.errors[0].extensions.code, 'BAD_USER_INPUT')
  const query = '{ auction(id: "3") { highestBid { ... @defer { amount } } bids @stream { ... @defer { amount } } } }'
  await mutate('mutation { bid(input: { auctionId: "3", amount: 1 }) { amount } }')
  const parts = Array.from({ length: 50 }, () => fetch(server.url, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'multipart/mixed' }, body: JSON.stringify({ query }) }).then((answer) => answer.text()))
  const bids = Array.from({ length: 50 }, (_, i) => mutate('mutation ($a: Int!) { bid(input: { auctionId: "3", amount: $a }) { amount } }', { a: i + 2 }))
  for (const text of await Promise.all(parts)) assert.match(text, /"hasNext":false/)
  await Promise.all(bids)
})

test('chat: a message reaches the room (urql)', async () => {
  const client = new Client({ url: server.url, exchanges: [fetchExchange], fetchSubscriptions: true, preferGetMethod: false })
  let stop
  const received = new Promise((resolve) => {
    ({ unsubscribe: stop } = pipe(client.subscription('subscription { newMessage(roomId: "1") { from body } }', {}), subscribe(({ data }) => resolve(data))))
  })
  let timer
  const say = () => mutate('mutation { sendMessage(input: { roomId: "1", from: "ann", body: "hello" }) { body } }')
  // Until the subscription is open nobody hears it.
  let heard = false
  const again = async () => { await say(); if (!heard) timer = setTimeout(again, 20) }
  await again()
  assert.deepEqual(await received, { newMessage: { from: 'ann', body: 'hello' } })
  heard = true
  clearTimeout(timer)
  stop()
})

test('countdown: down to zero, and over (EventSource)', async () => {
  const url = new URL(server.url)
  url.searchParams.set('query', 'subscription { countdown(from: 30, interval: 20) }')
  const source = new EventSource(url.href)
  const values = []
  source.addEventListener('next', ({ data }) => values.push(JSON.parse(data).data.countdown))
  await new Promise((resolve) => source.addEventListener('complete', resolve))
  source.close()
  assert.deepEqual(values, [10])
})

test('fast and slow fields: the fast one does not wait (Apollo Client 4)', async () => {
  const client = new ApolloClient({ link: new HttpLink({ uri: server.url, fetch }), cache: new InMemoryCache(), incrementalHandler: new Defer20220824Handler() })
  const query = gql`query SlowAndFastFieldWithDefer { ... @defer { slowField(waitFor: 50) } fastField }`
  const seen = []
  await new Promise((resolve, reject) => {
    client.watchQuery({ query, fetchPolicy: 'network-only', notifyOnNetworkStatusChange: true }).subscribe({
      next: ({ data }) => {
        if (!data?.fastField) return
        seen.push([data.fastField, data.slowField])
        if (data.slowField) resolve()
      },
      error: reject,
    })
  })
  assert.deepEqual(seen[0], ['I am fast', undefined])
  assert.deepEqual(seen.at(-1), ['I am fast', 'I am slow'])
  client.stop()
})

test('alphabet: letter by letter (urql)', async () => {
  const client = new Client({ url: server.url, exchanges: [fetchExchange], preferGetMethod: false })
  const seen = []
  await new Promise((resolve) => {
    pipe(client.query('query StreamAlphabet { alphabet @stream }', {}), subscribe(({ data, hasNext }) => {
      seen.push(data.alphabet.join(''))
      if (!hasNext) resolve()
    }))
  })
  assert.equal(seen[0].length < 3, true, seen[0])
  assert.equal(seen.at(-1), 'abcdefghijklmnopqrstuvwxyz')
  assert.ok(seen.length > 20)
})

test('what the playground offers runs', async () => {
  const live = await follow(server, 'query GetCurrentAuctionBids($id: ID!) @live { auction(id: $id) { id title highestBid { amount } bids { amount } } }', { variables: { id: '1' } })
  assert.equal((await live.data()).auction.title, 'Logo shirt')
  await live.close()
})

test('everyone is let in until there is a secret, and it says so', async () => {
  await until(() => /JWT_SECRET is not set: everyone is let in/.test(server.log()), 'the warning')
  const guarded = await start('examples/realtime/realtime', ONE_WORKER, { JWT_SECRET: SECRET })
  const query = '{ auction(id: "1") { id } }'
  assert.equal((await post(guarded.url, { query })).json.errors[0].extensions.code, 'UNAUTHENTICATED')
  assert.deepEqual((await post(guarded.url, { query }, bearer({ sub: 'ann' }))).json, { data: { auction: { id: '1' } } })
  await guarded.stop()
})
