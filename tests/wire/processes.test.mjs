// Several processes on one port: each is reached, and one goes without a client noticing.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import path from 'node:path'
import { after, test } from 'node:test'
import { build, freePort, post, start, subscribe, until } from './lib.mjs'
import { scrape } from './prometheus.mjs'

// What a test that fails leaves behind.
const started = []
after(() => started.forEach((server) => server.kill()))

// A process of those on `port` (0: the first one), with metrics of its own: the kernel says whose the others are. It has one worker: when
// one of several has drained, another may open its io_uring at the same address, which ThreadSanitizer takes for a race.
async function join(port = 0) {
  const metricsPort = await freePort()
  const server = await start('tests/wire/app', ['--workers', '1', '--reuse-port', '--port', String(port), '--metrics-port', String(metricsPort)])
  started.push(server)
  return { ...server, figure: async (name) => (await scrape(`http://127.0.0.1:${metricsPort}/metrics`)).get(name) }
}

// A connection with one request: null, or what went wrong with it. `connected` resolves when the kernel has the connection. A server that
// stops gives its clients a second to ask: one that took half of that, on a machine that is too busy, may go without an answer.
function ask(port) {
  const began = Date.now()
  const socket = net.connect(port, '127.0.0.1')
  let text = '', late = false
  socket.on('connect', () => { late = Date.now() - began > 500 })
  socket.setEncoding('utf8')
  socket.on('data', (data) => (text += data))
  socket.write('GET /graphql?query={fastField} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  const answer = new Promise((resolve) => {
    socket.on('error', (error) => resolve(`${error.code} after ${JSON.stringify(text)}`))
    socket.on('close', () => resolve(text.endsWith('{"data":{"fastField":"I am fast"}}') || (late && !text) ? null : `not an answer: ${text}`))
  })
  answer.connected = new Promise((resolve) => { socket.on('connect', resolve); socket.on('close', resolve) })
  return answer
}

// Connections one after another in each of some lanes, until `stop()`, which gives their number and what went wrong.
function load(port, lanes = 20) {
  const wrong = []
  let asked = 0, over = false
  const lane = async () => {
    while (!over) {
      const problem = await ask(port)
      asked++
      if (problem) wrong.push(problem)
    }
  }
  const running = Array.from({ length: lanes }, lane)
  return { asked: () => asked, async stop() { over = true; await Promise.all(running); return { asked, wrong } } }
}

test('two processes share a port, and one goes', async () => {
  const first = await join()
  const second = await join(first.port)
  assert.equal(second.port, first.port)
  assert.deepEqual((await Promise.all(Array.from({ length: 200 }, () => ask(first.port)))).filter(Boolean), [])
  const reached = await Promise.all([first, second].map((server) => server.figure('xylem_connections_accepted_total')))
  assert.equal(reached[0] + reached[1], 200)
  // Each is chosen by a hash of the client's port: fewer than 20 of 200 is out of the question.
  assert.ok(Math.min(...reached) > 20, `reached ${reached}`)

  const streams = await Promise.all(Array.from({ length: 40 }, () => subscribe(first, { query: 'subscription { newMessage(roomId: "1") { body } }' })))
  const [ending, staying] = await Promise.all([first, second].map((server) => server.figure('xylem_streams')))
  assert.equal(ending + staying, 40)
  await first.stop()
  assert.equal(await second.figure('xylem_streams'), staying)
  for (let i = 0; i < 50; i++) assert.equal(await ask(second.port), null)
  assert.equal((await post(second.url, { query: 'mutation { sendMessage(input: { roomId: "1", from: "a", body: "b" }) { body } }' })).status, 200)
  const events = (await Promise.all(streams.map((stream) => stream.next()))).map(({ event }) => event)
  assert.equal(events.filter((event) => event === 'end').length, ending, 'those of the process that went')
  assert.equal(events.filter((event) => event === 'next').length, staying)
  await Promise.all(streams.map((stream) => stream.close()))
  await second.stop()
})

// So many at once on two processes: each has more in its queue than it accepts in one turn of its loop (256).
const BURST = 900

test('all processes are replaced under load, and no connection is refused or reset', { timeout: 60000 }, async () => {
  let running = [await join()]
  const { port } = running[0]
  running.push(await join(port))
  const clients = load(port)
  for (const old of running) {
    const goal = clients.asked() + 100
    running = [...running, await join(port)]
    await until(() => clients.asked() >= goal, 'the load')
    // It stands still while its queue fills, and is told to stop before it goes on.
    process.kill(old.pid, 'SIGSTOP')
    const burst = Array.from({ length: BURST }, () => ask(port))
    await Promise.all(burst.map(({ connected }) => connected))
    const stopped = old.stop()
    process.kill(old.pid, 'SIGCONT')
    assert.deepEqual((await Promise.all(burst)).filter(Boolean), [])
    await stopped
    running = running.filter((server) => server !== old)
  }
  const { asked, wrong } = await clients.stop()
  assert.deepEqual(wrong, [])
  assert.ok(asked >= 200, `${asked} connections`)
  for (const server of running) await server.stop()
})

test('a port is shared only when all want it', async () => {
  const refused = (port, ...args) => {
    const { status, stderr } = spawnSync(path.join(build, 'tests/wire/app'), ['--port', String(port), ...args], { encoding: 'utf8' })
    assert.equal(status, 1)
    assert.match(stderr, new RegExp(`cannot listen on 127.0.0.1 port ${port}: it is in use.*--port.*--reuse-port`, 's'))
  }
  const sharing = await join()
  for (const workers of ['1', '2']) refused(sharing.port, '--workers', workers)
  await sharing.stop()
  for (const workers of ['1', '2']) {
    const alone = await start('tests/wire/app', ['--workers', workers])
    refused(alone.port, '--workers', workers)
    // The workers of one process share their port already, so nothing keeps out who wants it at all costs.
    if (workers === '1') refused(alone.port, '--reuse-port')
    await alone.stop()
  }
})

test('a port for metrics is not shared', async () => {
  const taken = net.createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address()
  const { status, stderr } = spawnSync(path.join(build, 'tests/wire/app'), ['--port', '0', '--reuse-port', '--metrics-port', String(port)], { encoding: 'utf8' })
  assert.equal(status, 1)
  assert.match(stderr, /it is in use\. Stop the other program, or choose another port with --metrics-port\n/)
  taken.close()
})
