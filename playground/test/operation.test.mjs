import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kindOf } from '../src/operation.js'

test('the kind of an operation', () => {
  assert.equal(kindOf('{ a }'), 'result')
  assert.equal(kindOf('mutation { a }'), 'result')
  assert.equal(kindOf('subscription { a }'), 'subscription')
  assert.equal(kindOf('query @live { a }'), 'live')
  assert.equal(kindOf('query ($on: Boolean!) @live(if: $on, throttle: 500) { a }'), 'live')
  assert.equal(kindOf('{ ... @defer { a } }'), 'incremental')
  assert.equal(kindOf('{ a @stream(initialCount: 2) }'), 'incremental')
  assert.equal(kindOf('{ ...F } fragment F on Query { ...G @defer } fragment G on Query { a }'), 'incremental')
})

test('the operation that is meant counts', () => {
  const query = 'query Q { a } subscription S { a } query L @live { a }'
  assert.equal(kindOf(query, 'Q'), 'result')
  assert.equal(kindOf(query, 'S'), 'subscription')
  assert.equal(kindOf(query, 'L'), 'live')
  assert.equal(kindOf(query, 'None'), 'result')
})

test('words in strings and comments do not count', () => {
  assert.equal(kindOf('{ a(text: "@live @defer subscription") } # @stream'), 'result')
})

test('what is no document asks for a result', () => {
  assert.equal(kindOf('subscription {'), 'result')
  assert.equal(kindOf(''), 'result')
})
