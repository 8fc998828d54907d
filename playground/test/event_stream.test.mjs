import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEvents } from '../src/event_stream.js'
import { all } from './fake_server.mjs'

/** @param {string[]} pieces */
const events = (...pieces) => all(readEvents((async function* () { yield* pieces })()))

test('an event is what stands before an empty line', async () => {
  assert.deepEqual(await events('event: next\ndata: {"a":1}\n\nevent: complete\ndata:\n\n'),
    [{ event: 'next', data: '{"a":1}' }, { event: 'complete', data: '' }])
})

test('wherever the text is cut', async () => {
  const text = ':\r\n\r\nevent: next\r\ndata: one\r\ndata: two\r\n\r\n:\r\n\r\nevent:complete\r\n\r\n'
  const expected = [{ event: 'next', data: 'one\ntwo' }, { event: 'complete', data: '' }]
  for (let cut = 0; cut <= text.length; cut++)
    assert.deepEqual(await events(text.slice(0, cut), text.slice(cut)), expected, `cut at ${cut}`)
  assert.deepEqual(await events(...text), expected)
})

test('comments, heartbeats and unknown fields are no events; U+2028 is no end of a line', async () => {
  assert.deepEqual(await events(':\n\n: ping\n\nid: 7\nretry: 1\n\ndata: a\u2028b\n\n'), [{ event: 'message', data: 'a\u2028b' }])
})

test('an event that is cut off is none', async () => {
  assert.deepEqual(await events('event: next\ndata: {"a":'), [])
})
