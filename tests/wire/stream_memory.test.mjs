// A list of a million from a source, for a reader that is slow: the source waits for it, and nothing piles up.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import net from 'node:net'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { follow, request, rest } from './incremental.mjs'
import { build, start, stats } from './lib.mjs'

const sanitized = /asan|tsan/.test(build)
const COUNT = sanitized ? 100000 : 1000000
const BOUND_KIB = 4 * 1024
// The reader is slow for so many steps, each of so many bytes; between two of them the server answers another client.
const STEPS = 100, STEP_BYTES = 4096
const SAMPLE_BYTES = 1024 * 1024

let server
before(async () => { server = await start('tests/wire/app', ['--gates', '--timeout-ms', '0']) })
after(() => server.stop())

const privateKiB = () => [...fs.readFileSync(`/proc/${server.pid}/smaps_rollup`, 'utf8').matchAll(/^Private_\w+:\s+(\d+)/gm)].reduce((sum, [, kib]) => sum + Number(kib), 0)

// The numbers of a body that comes piece by piece, each with its index, must be 0, 1, 2 and so on.
function counter() {
  const ITEM = /"items":\[(\d+)\],"path":\["numbers",(\d+)\]/g
  let rest = '', next = 0
  return {
    feed(bytes) {
      const text = rest + bytes.toString('latin1')
      let end = 0
      for (const found of text.matchAll(ITEM)) {
        if (Number(found[1]) !== next || Number(found[2]) !== next) assert.fail(`${found[0]} instead of ${next}`)
        next++
        end = found.index + found[0].length
      }
      rest = text.slice(Math.max(end, text.length - 64))
    },
    get count() { return next },
    get end() { return rest },
  }
}

const figures = {}

test(`${COUNT} numbers arrive in order`, { timeout: 300000 }, async () => {
  const warm = await follow(server, '{ numbers(count: 2000) @stream }')
  await warm.result()
  await rest(server)
  const idle = privateKiB()
  let most = idle, mostQueued = 0
  const measure = () => { most = Math.max(most, privateKiB()) }

  const socket = net.connect(server.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.pause()
  socket.write(request(`{ numbers(count: ${COUNT}) @stream }`))
  const numbers = counter()
  for (let step = 0; step < STEPS; step++) {
    let bytes
    while (!(bytes = socket.read(STEP_BYTES))) await once(socket, 'readable')
    numbers.feed(bytes)
    mostQueued = Math.max(mostQueued, (await stats(server)).queueBytes)
    measure()
  }
  assert.ok(numbers.count < COUNT / 10, 'it was slow')
  assert.equal((await stats(server)).listsActive, 1)

  let sampled = 0
  socket.on('data', (bytes) => {
    numbers.feed(bytes)
    sampled += bytes.length
    if (sampled > SAMPLE_BYTES) { sampled = 0; measure() }
    if (numbers.end.endsWith('\r\n0\r\n\r\n')) socket.end()
  })
  socket.resume()
  await once(socket, 'close')
  assert.equal(numbers.count, COUNT)
  await rest(server)
  Object.assign(figures, { idle, most, mostQueued })
})

test('while nothing piles up in the server', { skip: sanitized && 'a sanitizer keeps memory of its own' }, (t) => {
  const { idle, most, mostQueued } = figures
  t.diagnostic(`idle ${idle} KiB, at most ${most} KiB; queued ${mostQueued} bytes`)
  assert.ok(most - idle < BOUND_KIB, `grew by ${most - idle} KiB over ${idle}`)
  assert.ok(mostQueued < 1024 * 1024, `${mostQueued} bytes queued`)
})
