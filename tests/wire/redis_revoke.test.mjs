// A user who is revoked in one process loses the streams that another one has open for him, also when that one cannot be told at once.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { post, start, stats, subscribe, until, workers } from './lib.mjs'
import { channels, connected, startRedis, within } from './redis.mjs'
import { bearer, hs256 } from './tokens.mjs'

const SECRET = 'only for this test, and long enough'
const DOORBELL = 'xylem:stream:{xylem-revocations}'
const REVOKED = { errors: [{ message: 'Your access has been revoked.', extensions: { code: 'UNAUTHENTICATED' } }] }

let redis, here, there, raw
before(async () => {
  redis = await startRedis({ persist: true })
  const env = { REDIS_URL: redis.url, JWT_SECRET: SECRET }
  const args = ['--guards', '--subscribe-wait-ms', '100']
  ;[here, there] = await Promise.all([start('tests/wire/app', args, env), start('tests/wire/app', args, env)])
  raw = await redis.client()
  await connected(redis, 2)
})
after(async () => {
  await Promise.all([here.stop(), there.stop()])
  await redis.stop()
})

const opened = new Set()
async function open(user, query = 'subscription { onOpen }') {
  const stream = await subscribe(there, { query }, user ? bearer(hs256({ sub: user }, SECRET)) : {})
  opened.add(stream)
  return stream
}
const openAll = async (user) => [...await Promise.all(Array.from({ length: 2 * workers }, () => open(user))), await open(user, 'subscription { onUser }')]
// Nobody is left: no channel is.
afterEach(async () => {
  await Promise.all([...opened].map((stream) => stream.close()))
  opened.clear()
  await until(async () => (await stats(there)).streams === 0, 'all streams to be gone')
  await until(async () => !(await channels(redis)).length, 'all channels to be left')
})

const revoke = async (user) =>
  assert.equal((await post(here.url, { query: 'mutation ($u: String!) { revoke(user: $u) }', variables: { u: user } })).json.data.revoke, true)
const publish = (payload) => post(here.url, { query: 'mutation ($p: JSON) { publish(topic: "guarded", payload: $p) }', variables: { p: payload } })

async function expectEnd(...streams) {
  for (const stream of streams) {
    const end = (async () => [await stream.next(), (await stream.next()).event, (await stream.next()).event])()
    assert.deepEqual(await within(5000, 'the stream to end', end), [{ event: 'next', data: REVOKED }, 'complete', 'end'])
  }
}
async function expectOpen(...streams) {
  await publish('still here')
  for (const stream of streams) assert.equal(Object.values((await within(5000, 'an event', stream.next())).data.data)[0], 'still here')
}

// As any process may say it, in one go with what goes `before`.
const say = (text, before = raw.pipeline()) => before.xadd('xylem:stream:{xylem-revocations}', '*', 'd', text).publish(DOORBELL, '').exec()
const notice = (user, ago = 0) => JSON.stringify({ user, at: Date.now() - ago, from: 'a Node process' })

test('all his streams, on all workers, and nobody else loses any; those that are opened afterwards stay', async () => {
  const others = [...await openAll('eva'), await open(null)]
  const revoked = await openAll('ann')
  await revoke('an')
  await revoke('ann')
  await expectEnd(...revoked)
  const again = await openAll('ann')
  await say(notice('ann', 10000))
  await say(notice('somebody'))
  await expectOpen(...others, ...again)
  await say(notice('ann'))
  await expectEnd(...again)
  await expectOpen(...others)
})

test('nothing is listened to for those who are nobody', async () => {
  const nobody = await open(null)
  await expectOpen(nobody)
  assert.deepEqual(await channels(redis), ['guarded'])
  const ann = await open('ann-1')
  await until(async () => (await channels(redis)).includes(DOORBELL), 'the channel')
  assert.deepEqual(await channels(redis), ['guarded', DOORBELL])
  await ann.close()
  await until(async () => !(await channels(redis)).includes(DOORBELL), 'the channel to be left')
  await expectOpen(nobody)
})

test('what makes no sense is passed over, and told to the operator', async () => {
  const streams = [await open('bob'), await open('eva')]
  for (const text of ['{"user":', '[]', '{"user":"bob"}', '{"user":"bob","at":"now","from":"x"}', '', '\x00']) await say(text)
  await expectOpen(...streams)
  await until(() => /makes no sense/.test(there.log()), 'a line in the log')
  await revoke('bob')
  await expectEnd(streams[0])
})

describe('a process whose connection is killed', () => {
  test('at that very moment', async () => {
    const eva = await open('eva')
    for (const [i, type] of ['pubsub', 'normal', 'pubsub'].entries()) {
      const streams = await openAll(`kim-${i}`)
      await until(async () => (await channels(redis)).includes(DOORBELL), 'the channel')
      await say(notice(`kim-${i}`), raw.pipeline().client('KILL', 'TYPE', type, 'SKIPME', 'yes'))
      await expectEnd(...streams)
    }
    await until(async () => (await channels(redis)).length === 2, 'both channels')
    assert.equal(eva.received(), 0)
  })

  test('again and again', async () => {
    const users = Array.from({ length: 8 }, (_, i) => `kay-${i}`)
    const streams = await Promise.all(users.map((user) => open(user)))
    for (const [i, user] of users.entries()) {
      const killed = raw.client('KILL', 'TYPE', i % 2 ? 'normal' : 'pubsub', 'SKIPME', 'yes')
      await revoke(user)
      await killed
    }
    await expectEnd(...streams)
  })
})

describe('while Redis is away', () => {
  const kill = async () => {
    await redis.kill()
    await Promise.all([here, there].map((server) => until(async () => (await fetch(`${server.url}/readiness`)).status === 503, 'the server to notice')))
  }
  const restart = async () => {
    await redis.restart()
    raw = await redis.client()
  }

  test('he loses those from before as soon as it is there again', async () => {
    const streams = await openAll('lea')
    const eva = await open('eva')
    await until(async () => (await channels(redis)).includes(DOORBELL), 'the channel')
    await kill()
    await revoke('lea')
    await restart()
    await expectEnd(...streams)
    await until(async () => (await channels(redis)).includes(DOORBELL), 'the channel')
    assert.equal(eva.received(), 0)
  })

  // Nobody listened before: what has been said when its topic is live has to be asked for.
  test('and those that were opened meanwhile', async () => {
    await kill()
    const streams = await openAll('moe')
    await revoke('moe')
    const eva = await open('eva')
    await restart()
    await expectEnd(...streams)
    assert.equal(eva.received(), 0)
  })
})
