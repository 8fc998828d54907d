// What Prometheus reads: after a known traffic the figures are known, too.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { build, freePort, post, raw, start, stats, subscribe, until } from './lib.mjs'
import { scrape } from './prometheus.mjs'

const metricsOf = (server) => scrape(new URL('/metrics', server.url))
const say = (server, roomId, body) => post(server.url,
  { query: 'mutation Say($i: SendMessageInput!) { sendMessage(input: $i) { from } }', variables: { i: { roomId, from: 'a', body } } })

// Waits until all figures are as they should be; figures of other workers are a turn of their loops old.
async function expectMetrics(server, expected) {
  let metrics
  const wrong = () => Object.entries(expected).filter(([name, value]) => metrics.get(name) !== value)
  await until(async () => { metrics = await metricsOf(server); return !wrong().length }, 'the figures').catch((error) => {
    assert.fail(`${error.message}: ${wrong().map(([name, value]) => `${name} is ${metrics.get(name)}, not ${value}`).join('; ')}`)
  })
  return metrics
}

describe('figures', () => {
  let server
  before(async () => { server = await start('tests/wire/app', ['--timeout-ms', '1500']) })
  after(() => server.stop())

  test('of a server that did nothing are 0, and there', async () => {
    const metrics = await metricsOf(server)
    for (const type of ['query', 'mutation', 'subscription']) {
      for (const outcome of ['ok', 'errors', 'refused', 'timeout']) assert.equal(metrics.get(`xylem_operations_total{type="${type}",outcome="${outcome}"}`), 0)
      assert.equal(metrics.get(`xylem_operation_duration_seconds_count{type="${type}"}`), 0)
    }
    assert.equal(metrics.get('xylem_events_dropped_total'), 0)
    assert.ok([...metrics.keys()].some((name) => /^xylem_build_info\{version="\d+\.\d+\.\d+"\}$/.test(name)))
  })

  test('add up', { timeout: 60000 }, async () => {
    const ask = (query, more) => post(server.url, { query, ...more })
    const subscriptions = await Promise.all([1, 2, 3].map(() => subscribe(server, { query: 'subscription Hear { newMessage(roomId: "m") { body } }' })))
    await until(async () => (await stats(server)).newMessageActive === 3, 'the subscriptions')
    for (let i = 0; i < 5; i++) assert.equal((await ask('query Fast { fastField }')).json.data.fastField, 'I am fast')
    for (let i = 0; i < 2; i++) assert.ok((await ask('{ boom }')).json.errors)
    for (let i = 0; i < 4; i++) await say(server, 'm', `${i}`)
    for (const stream of subscriptions) for (let i = 0; i < 4; i++) assert.equal((await stream.next()).data.data.newMessage.body, `${i}`)
    assert.equal((await ask('{ slowField(waitFor: 60000) }')).json.errors[0].extensions.code, 'OPERATION_TIMEOUT')
    for (const [times, body] of [
      [1, 'no JSON'],
      [2, {}],
      [3, { query: '{ nope }' }],
      [1, { query: '{' }],
      [2, { query: 'query ($n: Int!) { echo(n: $n) }' }],
      [1, { query: `{ ${'a: fastField '.repeat(16)} }` }],
    ]) for (let i = 0; i < times; i++) assert.ok((await post(server.url, body)).json.errors)
    assert.equal((await fetch(`${server.url}?query=mutation{__typename}`)).status, 405)
    const open = await expectMetrics(server, { xylem_subscriptions: 3, xylem_streams: 3, xylem_topics: 1 })
    assert.ok(open.get('xylem_connections') >= 3)
    for (const stream of subscriptions) await stream.close()

    const metrics = await expectMetrics(server, {
      'xylem_operations_total{type="query",outcome="ok"}': 5,
      'xylem_operations_total{type="query",outcome="errors"}': 2,
      'xylem_operations_total{type="query",outcome="timeout"}': 1,
      'xylem_operations_total{type="mutation",outcome="ok"}': 4,
      'xylem_operations_total{type="mutation",outcome="errors"}': 0,
      'xylem_operations_total{type="subscription",outcome="ok"}': 3,
      'xylem_operations_refused_total{reason="params"}': 1,
      'xylem_operations_refused_total{reason="no_query"}': 2,
      'xylem_operations_refused_total{reason="document"}': 4,
      'xylem_operations_refused_total{reason="operation"}': 2,
      'xylem_operations_refused_total{reason="limit"}': 1,
      'xylem_operations_refused_total{reason="mutation_by_get"}': 1,
      'xylem_operation_duration_seconds_count{type="query"}': 8,
      'xylem_operation_duration_seconds_count{type="mutation"}': 4,
      'xylem_operation_duration_seconds_count{type="subscription"}': 3,
      'xylem_operation_results_total{type="query"}': 8,
      'xylem_operation_results_total{type="subscription"}': 12,
      xylem_events_published_total: 4,
      xylem_events_delivered_total: 12,
      xylem_events_dropped_total: 0,
      xylem_subscriptions: 0,
      xylem_streams: 0,
      xylem_topics: 0,
      xylem_runs: 0,
      xylem_promises: 0,
      xylem_queue_bytes: 0,
    })
    const sum = (prefix) => [...metrics].reduce((all, [name, value]) => (name.startsWith(prefix) ? all + value : all), 0)
    assert.equal([...metrics].reduce((all, [name, value]) => (/^xylem_operations_total.*outcome="refused"/.test(name) ? all + value : all), 0), 11)
    assert.equal(sum('xylem_operations_total'), 26)
    // The one that timed out is in no bucket below its time.
    assert.equal(metrics.get('xylem_operation_duration_seconds_bucket{type="query",le="1"}'), 7)
    assert.ok(metrics.get('xylem_operation_duration_seconds_sum{type="query"}') >= 1.5)
    assert.ok(metrics.get('xylem_document_cache_hits_total') > 0)
    assert.ok(metrics.get('xylem_http_requests_total') >= 26)
  })

  test('of requests that are none', async () => {
    const before = (await metricsOf(server)).get('xylem_http_requests_malformed_total')
    assert.match((await raw(server, 'nonsense\r\n\r\n')).text, /^HTTP\/1.1 400/)
    await expectMetrics(server, { xylem_http_requests_malformed_total: before + 1 })
  })

  test('of the process', async () => {
    const metrics = await metricsOf(server)
    assert.ok(Math.abs(metrics.get('process_start_time_seconds') - Date.now() / 1000) < 300)
    assert.ok(metrics.get('process_resident_memory_bytes') > 1e6)
    assert.ok(metrics.get('process_open_fds') > 3)
    assert.ok(metrics.get('process_max_fds') >= metrics.get('process_open_fds'))
    assert.ok(metrics.get('process_cpu_seconds_total') > 0)
  })

  test('nothing that a client chose is in them', async () => {
    await post(server.url, { query: 'query Unheard { fastField }', operationName: 'Unheard' })
    await post(server.url, { query: '{ fastField }', operationName: 'Unheard' })
    const text = await (await fetch(new URL('/metrics', server.url))).text()
    assert.doesNotMatch(text, /Unheard|Fast|Hear/)
  })

  test('can only be read', async () => {
    const url = new URL('/metrics', server.url)
    const head = await fetch(url, { method: 'HEAD' })
    assert.equal(head.status, 200)
    assert.ok(Number(head.headers.get('content-length')) > 1000)
    const wrong = await fetch(url, { method: 'POST' })
    assert.equal(wrong.status, 405)
    assert.equal(wrong.headers.get('allow'), 'GET, HEAD')
  })
})

// A subscriber that never reads a byte.
async function stalled(server, roomId) {
  const body = JSON.stringify({ query: `subscription { newMessage(roomId: "${roomId}") { body } }` })
  const socket = net.connect({ port: server.port, host: '127.0.0.1' })
  socket.pause()
  socket.on('error', () => {})
  socket.write(`POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  await until(async () => (await stats(server)).newMessageActive === 1, 'the subscription')
  return socket
}

test('events that are dropped for a slow client are counted', { timeout: 60000 }, async () => {
  const server = await start('tests/wire/app', ['--drop-oldest'])
  const socket = await stalled(server, 'd')
  const body = 'x'.repeat(64 * 1024)
  await until(async () => { await say(server, 'd', body); return (await metricsOf(server)).get('xylem_events_dropped_total') >= 3 }, 'drops', 30000)
  const metrics = await metricsOf(server)
  assert.ok(metrics.get('xylem_queue_bytes') > body.length)
  assert.equal(metrics.get('xylem_subscriptions'), 1)
  assert.equal(metrics.get('xylem_subscription_overflows_total'), 0)
  socket.destroy()
  await expectMetrics(server, { xylem_subscriptions: 0, xylem_queue_bytes: 0 })
  await server.stop()
})

test('a subscription that is ended because its client is slow is counted', { timeout: 60000 }, async () => {
  const server = await start()
  const socket = await stalled(server, 'o')
  const body = 'x'.repeat(64 * 1024)
  await until(async () => { await say(server, 'o', body); return (await metricsOf(server)).get('xylem_subscription_overflows_total') === 1 }, 'the end', 30000)
  socket.destroy()
  await server.stop()
})

describe('a port of their own', () => {
  test('has them, and nothing else', async () => {
    const port = await freePort()
    const server = await start('tests/wire/app', ['--metrics-port', String(port)])
    await post(server.url, { query: '{ fastField }' })
    await until(async () => (await scrape(`http://127.0.0.1:${port}/metrics`)).get('xylem_operations_total{type="query",outcome="ok"}') === 1, 'the query')
    for (const other of ['/', '/graphql', '/graphql/health', '/__stats']) assert.equal((await fetch(`http://127.0.0.1:${port}${other}`)).status, 404)
    assert.equal((await fetch(new URL('/metrics', server.url))).status, 404)
    await server.stop()
  })

  test('is free as soon as the server begins to stop', async () => {
    const port = await freePort()
    const server = await start('tests/wire/app', ['--metrics-port', String(port)])
    const slow = post(server.url, { query: '{ slowField(waitFor: 1500) }' })
    await until(async () => (await scrape(`http://127.0.0.1:${port}/metrics`)).get('xylem_promises') === 1, 'the query to start')
    const stopped = server.stop()
    await until(() => fetch(`http://127.0.0.1:${port}/metrics`).then(() => false, () => true), 'the port')
    const next = await start('tests/wire/app', ['--metrics-port', String(port)])
    await scrape(`http://127.0.0.1:${port}/metrics`)
    assert.equal((await slow).text, '{"data":{"slowField":"I am slow"}}')
    await stopped
    await next.stop()
  })

  test('that is taken is reported, with what to do', async () => {
    const server = await start()
    for (const workers of ['1', '2']) {
      const { status, stderr } = spawnSync(path.join(build, 'tests/wire/app'), ['--port', '0', '--workers', workers, '--metrics-port', String(server.port)], { encoding: 'utf8' })
      assert.notEqual(status, 0)
      assert.match(stderr, new RegExp(`cannot listen on 127.0.0.1 port ${server.port}: it is in use.*--metrics-port`, 's'))
    }
    await server.stop()
  })
})
