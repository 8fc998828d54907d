// Starting and stopping a server, as an operator sees it.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { test } from 'node:test'
import { build, post, start, stats, subscribe, until } from './lib.mjs'

const program = path.join(build, 'examples/realtime/realtime')

test('a port that is taken is reported, with what to do', async () => {
  const server = await start('examples/realtime/realtime')
  for (const workers of ['1', '2']) {
    const { status, stderr } = spawnSync(program, ['--port', String(server.port), '--workers', workers], { encoding: 'utf8' })
    assert.notEqual(status, 0)
    assert.match(stderr, new RegExp(`cannot listen on 127.0.0.1 port ${server.port}: it is in use.*--port`, 's'))
  }
  await server.stop()
})

test('wrong options are reported', () => {
  for (const [args, message] of [
    [['--nope'], /unknown option --nope; --help lists them/],
    [['--port'], /--port needs a value/],
    [['--port', 'x'], /--port cannot be 'x': expected a number up to 65535/],
    [['--workers', '65'], /--workers cannot be '65'/],
    [['--host', 'no.such.host.invalid', '--port', '0'], /cannot listen on no.such.host.invalid/],
  ]) {
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
    assert.notEqual(status, 0)
    assert.match(stderr, message)
  }
  const help = spawnSync(program, ['--help'], { encoding: 'utf8' })
  assert.equal(help.status, 0)
  assert.match(help.stdout, /--workers N/)
  assert.match(help.stdout, /XYLEM_SECRET/)
})

test('SIGTERM ends streams without complete, finishes what is in flight, and exits 0', async () => {
  const server = await start()
  const stream = await subscribe(server, { query: 'subscription { newMessage(roomId: "1") { body } }' })
  const slow = post(server.url, { query: '{ slowField(waitFor: 300) }' })
  await until(async () => (await stats(server)).promises === 1, 'the query to start')
  const stopped = server.stop()
  assert.equal((await stream.next()).event, 'end')
  assert.equal((await slow).text, '{"data":{"slowField":"I am slow"}}')
  await stopped
})

test('a second signal cuts what is left', async () => {
  const child = spawn(path.join(build, 'tests/wire/app'), ['--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [line] = await once(child.stdout, 'data')
  const url = /http:\S+/.exec(line)[0]
  const slow = post(url, { query: '{ slowField(waitFor: 60000) }' }).catch(() => 'cut')
  await until(async () => (await stats({ url })).promises === 1, 'the query to start')
  child.kill('SIGINT')
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
  assert.equal(await slow, 'cut')
})

test('who reads where a server listens may tell it to stop at once', async () => {
  for (let round = 0; round < 20; round++) {
    const child = spawn(path.join(build, 'tests/wire/app'), ['--port', '0', '--workers', '2'], { stdio: ['ignore', 'pipe', 'ignore'] })
    const exit = once(child, 'exit')
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
    assert.deepEqual(await exit, [0, null])
  }
})
