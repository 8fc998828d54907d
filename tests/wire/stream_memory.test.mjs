// A list of a million from a source, for a reader that is slow: the source waits for it, and nothing piles up.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import net from 'node:net'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { figures, follow, readerOf, request, rest, WAYS } from './incremental.mjs'
import { build, start } from './lib.mjs'

const sanitized = /asan|tsan/.test(build)
const COUNT = 1000000
const BOUND_KIB = 4 * 1024
// The form of 2023 names a list but once for many items.
const IN_FEW_BYTES = WAYS.find(({ name }) => name === 'multipart, 2023').accept
// The reader is slow for so many steps, each of so many bytes; between two of them the server answers another client.
const STEPS = 100, STEP_BYTES = 4096
const SAMPLE_BYTES = 256 * 1024

let server
before(async () => { server = await start('tests/wire/app', ['--gates', '--timeout-ms', '0']) })
after(() => server.stop())

const privateKiB = () => [...fs.readFileSync(`/proc/${server.pid}/smaps_rollup`, 'utf8').matchAll(/^Private_\w+:\s+(\d+)/gm)].reduce((sum, [, kib]) => sum + Number(kib), 0)

// Takes an answer off the wire, piece by piece; its numbers must be 0, 1, 2 and so on.
function counter() {
  const reader = readerOf('multipart/mixed')
  let text = Buffer.alloc(0), inBody = false, next = 0, over = false

  function take({ incremental = [], hasNext }) {
    for (const { items = [] } of incremental) {
      for (const item of items) {
        if (item !== next) assert.fail(`${item} instead of ${next}`)
        next++
      }
    }
    over = !hasNext
  }

  // The bytes of the chunks that are there as a whole.
  function dechunked(bytes) {
    const found = []
    text = Buffer.concat([text, bytes])
    if (!inBody) {
      const at = text.indexOf('\r\n\r\n')
      if (at < 0) return found
      text = text.subarray(at + 4)
      inBody = true
    }
    for (let at; (at = text.indexOf('\r\n')) >= 0;) {
      const length = parseInt(text.subarray(0, at).toString(), 16), end = at + 2 + length
      if (text.length < end + 2) break
      found.push(text.subarray(at + 2, end))
      text = text.subarray(end + 2)
    }
    return found
  }

  return {
    feed(bytes) { for (const chunk of dechunked(bytes)) for (const json of reader.feed(chunk)) take(JSON.parse(json)) },
    get count() { return next },
    get over() { return over },
  }
}

const memory = {}

test(`${COUNT} numbers arrive in order`, { timeout: 300000 }, async () => {
  const warm = await follow(server, '{ numbers(count: 2000) @stream }', { accept: IN_FEW_BYTES })
  await warm.result()
  await rest(server)
  const idle = privateKiB()
  let most = idle, mostQueued = 0
  const measure = () => { most = Math.max(most, privateKiB()) }

  const numbers = counter(), buffer = Buffer.alloc(STEP_BYTES)
  let steps = 0, sampled = 0
  const socket = net.connect({ port: server.port, host: '127.0.0.1', onread: { buffer, callback } })
  const closed = once(socket, 'close')
  const step = async () => {
    const now = await figures(server)
    mostQueued = Math.max(mostQueued, now.queueBytes)
    measure()
    if (steps === STEPS) assert.deepEqual([now.listsActive, now.streams, numbers.count < COUNT / 2], [1, 1, true])
    socket.resume()
  }
  function callback(length) {
    numbers.feed(Buffer.from(buffer.subarray(0, length)))
    if (numbers.over) socket.end()
    else if (++steps <= STEPS) step().catch((error) => socket.destroy(error))
    else if ((sampled += length) > SAMPLE_BYTES) { sampled = 0; measure() }
    return steps > STEPS
  }
  socket.write(request(`{ numbers(count: ${COUNT}) @stream }`, { accept: IN_FEW_BYTES }))
  await closed
  assert.equal(numbers.count, COUNT)
  await rest(server)
  Object.assign(memory, { idle, most, mostQueued })
})

test('while nothing piles up in the server', { skip: sanitized && 'a sanitizer keeps memory of its own' }, (t) => {
  const { idle, most, mostQueued } = memory
  t.diagnostic(`idle ${idle} KiB, at most ${most} KiB; queued ${mostQueued} bytes`)
  assert.ok(most - idle < BOUND_KIB, `grew by ${most - idle} KiB over ${idle}`)
  assert.ok(mostQueued < 1024 * 1024, `${mostQueued} bytes queued`)
})

// A receiver that has got one segment only puts off its acknowledgement for 40 ms; so a server that has but one under way sends 2 MB/s.
test('a reader on the same host does not wait for acknowledgements', async () => {
  const began = performance.now()
  const answer = await follow(server, '{ numbers(count: 300000) @stream }', { accept: 'multipart/mixed' })
  await answer.result()
  const ms = performance.now() - began
  assert.ok(ms < (sanitized ? 60000 : 5000), `${ms} ms`)
})
