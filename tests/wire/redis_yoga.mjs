// GraphQL Yoga as Redwood Realtime 8.9.0 sets it up with Redis: events by @graphql-yoga/redis-event-target, live queries by a store that
// invalidates what comes on the channel live-query-invalidations. Its argument is the port of Redis; it says where it listens.
import http from 'node:http'
import { useLiveQuery } from '@envelop/live-query'
import { createRedisEventTarget } from '@graphql-yoga/redis-event-target'
import { InMemoryLiveQueryStore } from '@n1ru4l/in-memory-live-query-store'
import { createPubSub, createSchema, createYoga } from 'graphql-yoga'
import { Redis } from 'ioredis'

const CHANNEL = 'live-query-invalidations'
const connect = () => new Redis(Number(process.argv[2]), '127.0.0.1')
const publishClient = connect()
const subscribeClient = connect()
const pubSub = createPubSub({ eventTarget: createRedisEventTarget({ publishClient, subscribeClient }) })

// As RedwoodJS has it.
class RedisLiveQueryStore {
  constructor(pub, sub) {
    this.pub = pub
    this.store = new InMemoryLiveQueryStore()
    sub.subscribe(CHANNEL)
    sub.on('message', (channel, key) => { if (channel === CHANNEL && key) this.store.invalidate(key) })
  }
  invalidate(keys) { for (const key of [keys].flat()) this.pub.publish(CHANNEL, key) }
  makeExecute(execute) { return this.store.makeExecute(execute) }
}
const liveQueryStore = new RedisLiveQueryStore(publishClient, connect())

let runs = 0
const schema = createSchema({
  typeDefs: `
    directive @live(if: Boolean, throttle: Int) on QUERY
    scalar JSON
    type Query { auction(id: ID!): Auction }
    type Auction { id: ID! runs: Int! }
    type Message { from: String body: String }
    input SendMessageInput { roomId: ID! from: String! body: String! }
    type Mutation { sendMessage(input: SendMessageInput!): Message! invalidate(keys: [String!]!): Int }
    type Subscription { newMessage(roomId: ID!): Message! }`,
  resolvers: {
    Query: { auction: (_, { id }) => ({ id, runs: ++runs }) },
    Mutation: {
      sendMessage: (_, { input: { roomId, ...message } }) => (pubSub.publish('newMessage', roomId, message), message),
      invalidate: (_, { keys }) => (liveQueryStore.invalidate(keys), keys.length),
    },
    Subscription: { newMessage: { subscribe: (_, { roomId }) => pubSub.subscribe('newMessage', roomId), resolve: (message) => message } },
  },
})

const yoga = createYoga({ schema, logging: false, plugins: [useLiveQuery({ liveQueryStore })] })
const server = http.createServer(yoga)
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/graphql`))
process.on('SIGTERM', () => process.exit(0))
