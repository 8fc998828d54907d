import assert from 'node:assert/strict'
import { test } from 'node:test'
import { activeTab, initialTabs, tabOfAddress } from '../src/tabs.js'

const offered = [{ query: 'query A { a }', variables: '{"x":1}' }, { query: 'query B { b }' }]

test('who has no tabs is offered some', () => {
  assert.deepEqual(initialTabs(offered, null, null), {
    defaultTabs: [{ query: 'query A { a }', variables: '{"x":1}' }, { query: 'query B { b }', variables: null }],
    query: 'query A { a }', variables: '{"x":1}',
  })
  assert.deepEqual(initialTabs([], null, null), {})
})

test('who has tabs keeps them', () => {
  const stored = activeTab('{"tabs":[{"query":"{ a }","variables":null},{"query":"{ b }","variables":"{}"}],"activeTabIndex":1}')
  assert.deepEqual(stored, { query: '{ b }', variables: '{}' })
  assert.deepEqual(initialTabs(offered, null, stored), { query: '{ b }', variables: '{}' })
  for (const state of [null, '', '{', '{}', '{"tabs":[],"activeTabIndex":0}']) assert.equal(activeTab(state), null)
})

test('the address opens a tab, with whatever else there is', () => {
  const asked = tabOfAddress('?query=%7B+a+%7D&variables=%7B%22y%22%3A2%7D')
  assert.deepEqual(asked, { query: '{ a }', variables: '{"y":2}' })
  assert.deepEqual(initialTabs(offered, asked, { query: '{ b }' }), { query: '{ a }', variables: '{"y":2}' })
  const fresh = initialTabs(offered, asked, null)
  assert.deepEqual(fresh.defaultTabs?.map((tab) => tab.query), ['{ a }', 'query A { a }', 'query B { b }'])
  assert.equal(fresh.query, '{ a }')
})

test('an address without a query opens nothing', () => {
  assert.equal(tabOfAddress(''), null)
  assert.equal(tabOfAddress('?variables={}'), null)
})
