// The example's scripts that send messages and make bids, seen by who listens.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { follow } from './live.mjs'
import { root, start, subscribe } from './lib.mjs'

let server
before(async () => { server = await start() })
after(() => server.stop())

// What a script says and how it ends.
async function simulate(what, ...args) {
  const script = path.join(root, `examples/realtime/scripts/simulate_${what}.sh`)
  try {
    const { stdout, stderr } = await promisify(execFile)(script, args, { env: { ...process.env, XYLEM_URL: server.url } })
    return { code: 0, stdout, stderr }
  } catch ({ code, stdout, stderr }) { return { code, stdout, stderr } }
}

test('messages reach the room that is named', async () => {
  const stream = await subscribe(server, { query: 'subscription { newMessage(roomId: "2") { from body } }' })
  const { code, stdout } = await simulate('chat', '-r', '2', '-n', '3')
  assert.equal(code, 0)
  const told = [...stdout.matchAll(/room 2, (\w+): (.+)/g)].map(([, from, body]) => ({ from, body }))
  assert.equal(told.length, 3)
  for (const message of told) assert.deepEqual((await stream.next()).data.data.newMessage, message)
  await stream.close()
})

test('bids reach the auction that is named', async () => {
  const live = await follow(server, 'query @live { auction(id: "3") { bids { amount } } }')
  await live.data()
  const { code, stdout } = await simulate('bids', '-a', '3', '-n', '4')
  assert.equal(code, 0)
  const made = [...stdout.matchAll(/auction 3: (\d+)/g)].map(([, amount]) => Number(amount))
  assert.equal(made.length, 4)
  for (;;) if ((await live.data()).auction.bids.at(-1).amount === made[3]) break
  await live.close()
})

test('without options they choose', async () => {
  assert.match((await simulate('chat', '-n', '1')).stdout, /^1\/1 room [1-4], /)
  assert.match((await simulate('bids', '-n', '1')).stdout, /^1\/1 auction [1-5]: \d+/)
})

test('what makes no sense is told', async () => {
  for (const [args, why] of [[['chat', '-r', '9'], /rooms 1 to 4/], [['chat', '-n', 'x'], /no number/], [['bids', '-a', '0'], /auctions 1 to 5/], [['bids', '-q'], /Usage/]]) {
    const { code, stderr } = await simulate(...args)
    assert.deepEqual([code, why.test(stderr)], [2, true], stderr)
  }
})

test('help', async () => {
  for (const args of [['chat', '-h'], ['bids', '-h'], ['bids', '--help']]) {
    const { code, stdout } = await simulate(...args)
    assert.deepEqual([code, /^Usage: /.test(stdout)], [0, true])
  }
})
