import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergePayload } from '../src/incremental.js'

/** @param {any[]} payloads */
const merged = (...payloads) => payloads.reduce(mergePayload, null)

test('a whole result replaces the one before', () => {
  assert.deepEqual(merged({ data: { n: 1, old: true } }, { data: { n: 2 }, isLive: true }), { data: { n: 2 }, isLive: true })
})

test('@defer: fields come to their object', () => {
  assert.deepEqual(
    merged(
      { data: { user: { id: '1', friends: [{ id: '2' }, { id: '3' }] } }, hasNext: true },
      { incremental: [{ path: ['user'], label: 'slow', data: { name: 'Ann' } }], hasNext: true },
      { incremental: [{ path: ['user', 'friends', 1], data: { name: 'Bob' } }], hasNext: false }),
    { data: { user: { id: '1', friends: [{ id: '2' }, { id: '3', name: 'Bob' }], name: 'Ann' } } })
})

test('@defer: an object that both parts have keeps the fields of both', () => {
  assert.deepEqual(
    merged({ data: { a: { x: 1, list: [{ p: 1 }] } }, hasNext: true },
      { incremental: [{ path: [], data: { a: { y: 2, list: [{ q: 2 }] } } }], hasNext: false }),
    { data: { a: { x: 1, y: 2, list: [{ p: 1, q: 2 }] } } })
})

test('@stream: items come to their places', () => {
  assert.deepEqual(
    merged({ data: { alphabet: ['a'] }, hasNext: true },
      { incremental: [{ items: ['b'], path: ['alphabet', 1] }, { items: ['c', 'd'], path: ['alphabet', 2] }], hasNext: true },
      { hasNext: false }),
    { data: { alphabet: ['a', 'b', 'c', 'd'] } })
})

test('errors of parts are gathered, and take nothing away', () => {
  assert.deepEqual(
    merged({ data: { a: { x: 1 }, list: [] }, errors: [{ message: 'first' }], hasNext: true },
      { incremental: [{ path: ['a'], data: null, errors: [{ message: 'second', path: ['a', 'y'] }] }], hasNext: true },
      { incremental: [{ path: ['list', 0], items: null, errors: [{ message: 'third' }] }], hasNext: false }),
    { data: { a: { x: 1 }, list: [null] }, errors: [{ message: 'first' }, { message: 'second', path: ['a', 'y'] }, { message: 'third' }] })
})

test('extensions are merged', () => {
  assert.deepEqual(
    merged({ data: {}, extensions: { a: 1 }, hasNext: true }, { hasNext: false, extensions: { b: 2 } }),
    { data: {}, extensions: { a: 1, b: 2 } })
})

test('what was shown before is not changed', () => {
  const first = mergePayload(null, { data: { list: [{ a: 1 }] }, hasNext: true })
  const copy = structuredClone(first)
  mergePayload(first, { incremental: [{ path: ['list', 0], data: { b: 2 } }, { path: ['list', 1], items: [1] }], hasNext: false })
  assert.deepEqual(first, copy)
})

test('a response key "__proto__" is a key', () => {
  const result = merged({ data: {}, hasNext: true },
    { incremental: [{ path: [], data: JSON.parse('{"__proto__":{"polluted":1}}') }, { path: ['__proto__'], data: { more: 2 } }], hasNext: false })
  assert.equal(JSON.stringify(result), '{"data":{"__proto__":{"polluted":1,"more":2}}}')
  assert.equal(/** @type {any} */ ({}).polluted, undefined)
})
