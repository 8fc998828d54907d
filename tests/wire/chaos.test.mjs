// Nothing lost, nothing repeated, in order: see chaos.mjs. `make chaos` runs the long one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chaos } from './chaos.mjs'

// A sanitizer's build is several times slower.
const sanitized = /san/.test(process.env.XYLEM_BUILD ?? '')
const EVENTS = Number(process.env.EVENTS ?? (sanitized ? 20000 : 100000))
const seed = Number(process.env.SEED ?? Date.now() % 1e9)
const long = EVENTS >= 1000000

test(`${EVENTS} events on durable topics (seed ${seed})`, { timeout: long ? 1800000 : 240000 }, async (t) => {
  const disconnects = Math.round(EVENTS / 1000)
  const restarts = long ? 5 : 2
  const end = await chaos({ events: EVENTS, disconnects, redisRestarts: restarts, processRestarts: long ? 5 : 3, seed, say: (text) => t.diagnostic(text) })
  assert.equal(end.sent, EVENTS)
  t.diagnostic(`${end.deliveries} deliveries, ${end.connects} connections`)
})
