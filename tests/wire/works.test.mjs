// Resolvers that block: they wait on threads, and nobody else does.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import path from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { figures, newGate, openGate, request } from './incremental.mjs'
import { follow } from './live.mjs'
import { build, post, start, subscribe, until } from './lib.mjs'
import { scrape } from './prometheus.mjs'

const NEVER = 255
const ZERO = ['worksQueued', 'worksRunning', 'promises', 'runs', 'queueBytes', 'streams']
async function rest(server) {
  let now
  await until(async () => { now = await figures(server); return ZERO.every((name) => now[name] === 0) }, 'the server to be at rest', 30000)
    .catch((error) => { throw new Error(`${error.message}: ${JSON.stringify(now)}`) })
}
const running = (server, count) => until(async () => (await figures(server)).worksRunning === count, `${count} works to run`)
const query = (server, text, variables) => post(server.url, { query: text, variables }).then(({ json }) => json)

describe('a field that blocks', () => {
  let server
  before(async () => { server = await start('tests/wire/app', ['--gates']) })
  after(() => server.stop())
  afterEach(() => rest(server))

  test('is computed on a thread', async () => {
    const once = await query(server, '{ digest(text: "xylem", rounds: 1) }')
    assert.deepEqual(await query(server, '{ digest(text: "xylem", rounds: 1) }'), once)
    assert.match(once.data.digest, /^[0-9a-f]{16}$/)
    const { errors } = await query(server, '{ digest(text: "xylem", rounds: 0) }')
    assert.equal(errors[0].message, 'There must be a round.')
    assert.equal(errors[0].extensions.code, 'BAD_USER_INPUT')
  })

  test('keeps nobody else waiting', async () => {
    const gate = newGate()
    const held = query(server, `{ heldWork(gate: ${gate}) probe { id heldWork(gate: ${gate}) } }`)
    await running(server, 2)
    assert.deepEqual(await query(server, '{ fastField digest(text: "", rounds: 1) }'), { data: { fastField: 'I am fast', digest: 'cbf29ce484222325' } })
    await openGate(server, gate)
    assert.deepEqual(await held, { data: { heldWork: 'open', probe: { id: 'p1', heldWork: 'p1 is open' } } })
  })

  test('may be deferred', async () => {
    const gate = newGate()
    const stream = await subscribe(server, { query: `{ fastField ... @defer { heldWork(gate: ${gate}) } }` })
    assert.equal((await stream.next()).data.data.fastField, 'I am fast')
    await openGate(server, gate)
    assert.match(JSON.stringify((await stream.next()).data), /"data":\{"heldWork":"open"\}/)
    await stream.close()
  })

  test('publishes and invalidates', async () => {
    const live = await follow(server, 'query @live { tally workUser }')
    assert.deepEqual(await live.data(), { tally: 0, workUser: null })
    const messages = await subscribe(server, { query: 'subscription { newMessage(roomId: "w") { from body } }' })
    assert.deepEqual(await query(server, 'mutation { a: bumpTally b: bumpTally sendFromWork(roomId: "w", body: "hello") }'),
      { data: { a: 1, b: 2, sendFromWork: true } })
    assert.deepEqual((await messages.next()).data, { data: { newMessage: { from: 'a thread', body: 'hello' } } })
    // One or two results, depending on what comes first; the last is of the newest data.
    for (let tally = 0; tally < 2;) tally = (await live.data()).tally
    await messages.close()
    await live.close()
  })

  test('is counted', async () => {
    const gate = newGate()
    const count = async () => { const m = await scrape(new URL('/metrics', server.url)); return ['queued', 'running', 'total', 'refused_total'].map((name) => m.get(`xylem_works_${name}`)) }
    const [, , before] = await count()
    const held = query(server, `{ ${Array.from({ length: 10 }, (_, i) => `w${i}: heldWork(gate: ${gate})`).join(' ')} }`)
    await running(server, 8)
    assert.deepEqual(await count(), [2, 8, before, 0])
    await openGate(server, gate)
    assert.equal(Object.keys((await held).data).length, 10)
    assert.deepEqual(await count(), [0, 0, before + 10, 0])
  })
})

describe('a loader', () => {
  let server
  before(async () => { server = await start('tests/wire/app', ['--gates']) })
  after(() => server.stop())
  afterEach(() => rest(server))
  const batches = async () => (await query(server, '{ batches }')).data.batches

  test('fetches each level of a query at once', async () => {
    const before = await batches()
    assert.deepEqual(await query(server, '{ a: word(id: 1) { text next { text next { text } } } b: word(id: 5) { text next { text } } c: word(id: 1) { text } }'), {
      data: {
        a: { text: 'word 1', next: { text: 'word 2', next: { text: 'word 3' } } },
        b: { text: 'word 5', next: { text: 'word 6' } },
        c: { text: 'word 1' },
      },
    })
    assert.equal(await batches() - before, 3)
  })

  test('fails for one key', async () => {
    const { data, errors } = await query(server, '{ a: word(id: 0) { text } b: word(id: 1) { text } }')
    assert.deepEqual(data, { a: null, b: { text: 'word 1' } })
    assert.deepEqual(errors.map(({ message, path, extensions }) => [message, path, extensions.code]), [['There is no word 0.', ['a'], 'NOT_FOUND']])
  })

  test('gathers what parts of a result ask for', async () => {
    const before = await batches()
    const stream = await subscribe(server, { query: '{ fastField ... @defer { a: word(id: 1) { text } } ... @defer { b: word(id: 2) { text } } }' })
    let text = ''
    for (let event; (event = await stream.next()).data;) text += JSON.stringify(event.data)
    assert.match(text, /word 1/)
    assert.match(text, /word 2/)
    assert.equal(await batches() - before, 1)
  })
})

test('too many that wait are refused', async () => {
  const server = await start('tests/wire/app', ['--gates', '--blocking-threads', '1', '--blocking-queue', '2'])
  const gate = newGate()
  const held = query(server, `{ a: heldWork(gate: ${gate}) b: heldWork(gate: ${gate}) c: heldWork(gate: ${gate}) d: heldWork(gate: ${gate}) }`)
  await running(server, 1)
  await openGate(server, gate)
  const { data, errors } = await held
  assert.deepEqual(data, { a: 'open', b: 'open', c: 'open', d: null })
  assert.deepEqual(errors.map(({ path, extensions }) => [path, extensions.code]), [[['d'], 'SERVER_BUSY']])
  await server.stop()
})

test('an operation whose time is over ends, whatever its works do', async () => {
  const server = await start('tests/wire/app', ['--gates', '--timeout-ms', '50', '--blocking-threads', '1'])
  const { errors } = await query(server, `{ a: heldWork(gate: ${NEVER}) b: heldWork(gate: ${NEVER}) }`)
  assert.equal(errors[0].extensions.code, 'OPERATION_TIMEOUT')
  await rest(server)
  await server.stop()
})

const CLIENTS = 1000
const AT_ONCE = 100

test(`${CLIENTS} clients that leave while works are under way leave nothing`, { timeout: 300000 }, async () => {
  const server = await start('tests/wire/app', ['--gates'])
  const works = 'abcdefgh'.split('').map((name) => `${name}: heldWork(gate: ${NEVER})`).join(' ')
  const silent = request(`{ ${works} }`, { accept: 'application/json' })
  const deferred = request(`{ fastField ... @defer { ${works} } }`)
  // It goes once it has sent everything, or once the first part has come; by FIN or by RST.
  const client = (number) => new Promise((resolve) => {
    const socket = net.connect(server.port, '127.0.0.1')
    const go = () => (number % 2 ? socket.resetAndDestroy() : socket.end())
    socket.on('error', () => {})
    socket.on('close', resolve)
    socket.on('data', () => setImmediate(go))
    socket.on('connect', () => socket.write(number % 3 ? deferred : silent, () => { if (number % 3 === 0) go() }))
  })
  let left = CLIENTS
  await Promise.all(Array.from({ length: AT_ONCE }, async () => { while (left-- > 0) await client(left) }))
  await rest(server)
  assert.ok((await figures(server)).works >= 8, 'works were under way')
  assert.deepEqual(await query(server, '{ digest(text: "", rounds: 1) }'), { data: { digest: 'cbf29ce484222325' } })
  await server.stop()
})

describe('a server that stops', () => {
  test('waits for works of clients that are there', async () => {
    const server = await start('tests/wire/app', ['--gates'])
    const gate = newGate()
    const opener = net.connect(server.port, '127.0.0.1')
    await once(opener, 'connect')
    opener.write(request(`mutation { openGate(gate: ${gate}) }`, { accept: 'application/json' }).slice(0, 50))
    const held = query(server, `{ heldWork(gate: ${gate}) }`)
    await running(server, 1)
    const stopped = server.stop()
    opener.write(request(`mutation { openGate(gate: ${gate}) }`, { accept: 'application/json' }).slice(50))
    assert.deepEqual(await held, { data: { heldWork: 'open' } })
    await stopped
    opener.destroy()
  })

  test('tells works that nobody waits, and ends when they have', async () => {
    const child = spawn(path.join(build, 'tests/wire/app'), ['--port', '0', '--gates'], { stdio: ['ignore', 'pipe', 'ignore'] })
    const [line] = await once(child.stdout, 'data')
    const server = { url: /http:\S+/.exec(line)[0] }
    const held = query(server, `{ heldWork(gate: ${NEVER}) }`).catch(() => 'cut')
    await running(server, 1)
    child.kill('SIGINT')
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    assert.equal(code, 0)
    assert.equal(await held, 'cut')
  })
})
