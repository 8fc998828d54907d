// What operators see of Redis: that it is there, that it is away, that it is there again; and that a process needs no more rights there
// than docs/guide/deploying.md gives it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { publish, SECRET, streams } from './admin.mjs'
import { build, post, root, start, subscribe, until } from './lib.mjs'
import { bid, BIDS, follow } from './live.mjs'
import { scrape } from './prometheus.mjs'
import { startRedis } from './redis.mjs'

const ask = async (server, name) => {
  const response = await fetch(`${server.url}/${name}`)
  return { status: response.status, ...await response.json() }
}
const ready = { status: 'ready' }

test('health, readiness, metrics and top follow Redis', { timeout: 60000 }, async (t) => {
  const redis = await startRedis()
  const server = await start('tests/wire/app', [], { REDIS_URL: redis.url, XYLEM_SECRET: SECRET })
  t.after(async () => { await server.stop(); await redis.stop() })
  const metrics = () => scrape(new URL('/metrics', server.url))
  const top = () => spawnSync(path.join(build, 'bin/xylem'), ['top', '--once', '--url', server.url], { encoding: 'utf8', env: { ...process.env, XYLEM_SECRET: SECRET } }).stdout
  const isReady = async () => (await fetch(`${server.url}/readiness`)).status === 200

  await until(isReady, 'Redis to be reached')
  assert.deepEqual(await ask(server, 'health'), { status: 'ok', store: 'redis', connected: true, waiting: 0 })
  assert.deepEqual(await ask(server, 'readiness'), ready)
  assert.match(top(), /^\S+ .* {2}store connected\n/)
  let figures = await metrics()
  assert.equal(figures.get('xylem_store_up'), 1)
  const connects = figures.get('xylem_store_connects_total')
  assert.ok(connects >= 1)

  await redis.kill()
  await until(async () => !await isReady(), 'the loss to be noticed')
  assert.equal((await fetch(`${server.url}/health`)).status, 200, 'a restart would not help')
  const unready = await fetch(`${server.url}/readiness`)
  assert.equal(unready.status, 503)
  assert.deepEqual(await unready.json(), { status: 'unavailable', reason: 'There is no connection to Redis.' })
  assert.equal((await publish(server, { topic: 'newMessage:1', payload: { body: 'later' } })).status, 200)
  await until(async () => (await ask(server, 'health')).waiting === 1, 'what waits for Redis')
  assert.equal((await ask(server, 'health')).connected, false)
  figures = await metrics()
  assert.equal(figures.get('xylem_store_up'), 0)
  assert.equal(figures.get('xylem_store_waiting'), 1)
  assert.ok(figures.get('xylem_store_losses_total') >= 1)
  assert.match(top(), / {2}store disconnected\n/)
  assert.equal((await streams(server)).store, 'disconnected')
  assert.equal((await post(server.url, { query: '{ fastField }' })).status, 200, 'what needs no Redis is served')

  await redis.restart()
  await until(isReady, 'Redis to be reached again')
  await until(async () => (await ask(server, 'health')).waiting === 0, 'what waited to be sent')
  figures = await metrics()
  assert.equal(figures.get('xylem_store_up'), 1)
  assert.ok(figures.get('xylem_store_connects_total') > connects)
})

test('a server that starts before Redis waits for it', { timeout: 60000 }, async (t) => {
  const redis = await startRedis()
  await redis.kill()
  const server = await start('tests/wire/app', [], { REDIS_URL: redis.url })
  t.after(async () => { await server.stop(); await redis.stop() })
  assert.equal((await fetch(`${server.url}/readiness`)).status, 503)
  assert.equal((await ask(server, 'health')).connected, false)
  await redis.restart()
  await until(async () => (await fetch(`${server.url}/readiness`)).status === 200, 'Redis to be reached')
})

for (const durable of [false, true]) describe(`a user of Redis with the rights of the guide, ${durable ? 'with' : 'without'} durable topics`, () => {
  let redis
  const servers = []
  before(async () => {
    redis = await startRedis()
    const guide = readFileSync(path.join(root, 'docs/guide/deploying.md'), 'utf8')
    const [, rule] = /^ +ACL SETUSER (xylem on (?:[^\n]*\\\n)*[^\n]*)$/m.exec(guide)
    const client = await redis.client()
    await client.call('ACL', 'SETUSER', ...rule.replaceAll('\\\n', ' ').split(/ +/))
    await client.call('ACL', 'SETUSER', 'default', 'resetpass', '>for-tests')
    const url = redis.url.replace('redis://', 'redis://xylem:password@')
    for (let i = 0; i < 2; i++) servers.push(await start('tests/wire/app', ['--guards'], { REDIS_URL: url, DURABLE_TOPICS: durable ? 'newMessage' : '' }))
    for (const server of servers) await until(async () => (await fetch(`${server.url}/readiness`)).status === 200, 'Redis to be reached')
  })
  after(async () => { await Promise.all(servers.map((server) => server.stop())); await redis.stop() })

  test('is enough for events and live queries of another process', async () => {
    const stream = await subscribe(servers[0], { query: 'subscription { newMessage(roomId: "1") { body } }' })
    const live = await follow(servers[0], BIDS)
    await live.result()
    const sent = await post(servers[1].url, { query: 'mutation { sendMessage(input: { roomId: "1", from: "a", body: "b" }) { body } }' })
    assert.equal(sent.json.errors, undefined)
    const event = await stream.next()
    assert.deepEqual(event.data, { data: { newMessage: { body: 'b' } } })
    assert.equal(event.id !== undefined, durable)
    if (durable) {
      await post(servers[1].url, { query: 'mutation { sendMessage(input: { roomId: "1", from: "a", body: "c" }) { body } }' })
      const later = await subscribe(servers[1], { query: 'subscription { newMessage(roomId: "1") { body } }' }, { 'last-event-id': event.id })
      assert.deepEqual((await later.next()).data, { data: { newMessage: { body: 'c' } } })
      await later.close()
    }
    const runs = async () => (await (await fetch(new URL('/__stats', servers[0].url))).json()).liveRuns
    const before = await runs()
    assert.equal((await post(servers[1].url, { query: 'mutation { revoke(user: "ann") }' })).json.data.revoke, true)
    await bid(servers[1], '1', 100)
    await until(async () => await runs() > before, 'the invalidation')
    await stream.close()
    await live.close()
    for (const server of servers) assert.doesNotMatch(server.log(), /NOPERM|permission|refuses/)
  })
})
