// Two processes of Xylem and one of GraphQL Yoga on one Redis: whoever publishes or invalidates, and whoever listens.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { growth } from './live.mjs'
import { post, start, stats, subscribe, until } from './lib.mjs'
import { connected, startRedis, startYoga, within } from './redis.mjs'

const NAMES = ['one Xylem', 'another Xylem', 'Yoga']
let redis, servers = {}

before(async () => {
  redis = await startRedis()
  const env = { REDIS_URL: redis.url }
  const [one, another, yoga] = await Promise.all([start('tests/wire/app', [], env), start('tests/wire/app', [], env), startYoga(redis)])
  servers = { 'one Xylem': one, 'another Xylem': another, Yoga: yoga }
  await connected(redis, 2)
})
after(async () => {
  await Promise.all(Object.values(servers).map((server) => server.stop()))
  await redis.stop()
})

async function mutate(server, query, variables) {
  const { json } = await post(server.url, { query, variables })
  assert.equal(json.errors, undefined, JSON.stringify(json))
}
const send = (server, roomId, body) =>
  mutate(server, 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { body } }', { input: { roomId, from: 'ann', body } })
const invalidate = (server, keys) => mutate(server, 'mutation ($keys: [String!]!) { invalidate(keys: $keys) }', { keys })
const query = 'subscription ($id: ID!) { newMessage(roomId: $id) { from body } }'

// Yoga does not wait for Redis before it answers: so a stream of it is sent events until one has come.
async function listening(name, from, room) {
  const stream = await subscribe(servers[name], { query, variables: { id: room } })
  if (name !== 'Yoga') return { next: () => within(5000, 'an event', stream.next()), close: stream.close }
  let first = stream.next()
  const pulse = setInterval(() => send(from, room, 'are you there?').catch(() => {}), 20)
  let event = await within(5000, 'Yoga to be subscribed', first).finally(() => clearInterval(pulse))
  await send(from, room, 'now')
  while (event.data.data.newMessage.body !== 'now') event = await within(5000, 'an event', stream.next())
  return { next: () => within(5000, 'an event', stream.next()), close: stream.close }
}

describe('events', () => {
  for (const from of NAMES) {
    for (const to of NAMES) {
      test(`published by ${from} reach ${to}, in order and to the letter`, async () => {
        const room = `${from} to ${to}`.replaceAll(' ', '-')
        const stream = await listening(to, servers[from], room)
        const bodies = ['hi "q" ü \n', '', '\u2028 😀', ...Array.from({ length: 20 }, (_, i) => `number ${i}`)]
        for (const body of bodies) await send(servers[from], room, body)
        for (const body of bodies) assert.deepEqual((await stream.next()).data, { data: { newMessage: { from: 'ann', body } } })
        await stream.close()
      })
    }
  }
})

// Each run of Yoga gives another result; of Xylem's it is counted.
async function watched(server, isYoga) {
  const id = isYoga ? 'auction(id: "1") { id runs }' : 'auction(id: "1") { id highestBid { amount } }'
  const stream = await subscribe(server, { query: `query @live { ${id} }` })
  await within(5000, 'the first result', stream.next())
  return stream
}

describe('invalidations', () => {
  // All live queries of a process run once more when their channel is new: somebody watches all the time, so that this is over.
  const anchors = []
  before(async () => {
    for (const name of NAMES.slice(0, 2)) {
      anchors.push(await subscribe(servers[name], { query: 'query @live { fastField }' }))
      await until(async () => (await stats(servers[name])).liveRuns >= 2, 'the channel to be live')
    }
  })
  after(() => Promise.all(anchors.map((stream) => stream.close())))

  for (const from of NAMES) {
    for (const to of NAMES) {
      test(`by ${from} run the live queries of ${to} again`, async () => {
        const stream = await watched(servers[to], to === 'Yoga')
        for (const keys of [['Auction:1'], ['Query.auction', 'Nothing:1'], ['Query.auction(id:"1")']]) {
          if (to === 'Yoga') {
            await invalidate(servers[from], keys)
            assert.ok((await within(5000, 'a result', stream.next())).data.data.auction.runs > 0)
          } else {
            assert.equal(await growth(servers[to], 'liveRuns', 1, () => invalidate(servers[from], keys)), 1)
          }
        }
        await stream.close()
      })
    }
  }

  test('with a key that nothing depends on run nothing', async () => {
    const server = servers['one Xylem']
    const stream = await watched(server)
    const before = (await stats(server)).liveRuns
    await invalidate(servers.Yoga, ['Auction:2', 'auction:1', 'Auction:1 '])
    await growth(server, 'liveRuns', 1, () => invalidate(servers.Yoga, ['Auction:1']))
    assert.equal((await stats(server)).liveRuns, before + 1)
    await stream.close()
  })
})
