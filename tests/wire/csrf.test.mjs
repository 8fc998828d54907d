// GET requests that a page of another site made a browser send.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ask, start } from './lib.mjs'

const FRIEND = 'https://friend.example'
const GET = `/graphql?query=${encodeURIComponent('{ fastField }')}`
const STREAM = `/graphql?query=${encodeURIComponent('subscription { countdown(from: 0, interval: 1) }')}`
const DATA = '{"data":{"fastField":"I am fast"}}'
const site = (value, mode, dest, more = {}) => ({ 'sec-fetch-site': value, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest, ...more })

// [who asks, headers, served without CORS, served when CORS lists FRIEND]
const cases = [
  ['a program', {}, true, true],
  ['the playground', site('same-origin', 'cors', 'empty'), true, true],
  ['the address bar', site('none', 'navigate', 'document'), true, true],
  ['a link on another site', site('cross-site', 'navigate', 'document'), true, true],
  ['a frame on another site', site('cross-site', 'navigate', 'iframe'), false, false],
  ['an image on another site', site('cross-site', 'no-cors', 'image'), false, false],
  ['a script on a sister site', site('same-site', 'no-cors', 'script'), false, false],
  ['a listed site', site('cross-site', 'cors', 'empty', { origin: FRIEND }), false, true],
  ['a listed sister site', site('same-site', 'cors', 'empty', { origin: FRIEND }), false, true],
  ['another site', site('cross-site', 'cors', 'empty', { origin: 'https://evil.example' }), false, false],
  ['a page without an origin', site('cross-site', 'cors', 'empty', { origin: 'null' }), false, false],
  ['an old browser on a listed site', { origin: FRIEND }, false, true],
  ['an old browser on another site', { origin: 'https://evil.example' }, false, false],
]

for (const [configured, served] of [['', 2], [FRIEND, 3]]) {
  describe(`with CORS for ${configured || 'nobody'}`, () => {
    let server
    before(async () => { server = await start('tests/wire/app', ['--tick-ms', '1'], { CORS_ORIGIN: configured }) })
    after(() => server.stop())

    for (const row of cases) {
      const [name, headers] = row
      test(`${name}: ${row[served] ? 'served' : 'refused'}`, async () => {
        const answer = await ask(server, { path: GET, headers })
        assert.equal(answer.status, row[served] ? 200 : 403)
        if (row[served]) assert.equal(answer.body.toString(), DATA)
        else assert.match(JSON.parse(answer.body).errors[0].message, /another site/)
        const stream = await ask(server, { path: STREAM, headers: { ...headers, accept: 'text/event-stream' } })
        assert.equal(stream.status, row[served] ? 200 : 403)
        // A POST of JSON is what no page can send without asking first.
        const post = await ask(server, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: '{"query":"{ fastField }"}' })
        assert.equal(post.body.toString(), DATA)
      })
    }

    test('an old browser on the same site: served', async () => {
      const { host } = new URL(server.url)
      for (const scheme of ['http', 'https']) {
        assert.equal((await ask(server, { path: GET, headers: { origin: `${scheme}://${host}` } })).status, 200)
      }
    })
  })
}

test('what a form can send is not read', async () => {
  const server = await start()
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', undefined]) {
    const answer = await ask(server, { method: 'POST', headers: { ...(type && { 'content-type': type }) }, body: '{"query":"{ fastField }"}' })
    assert.equal(answer.status, 415, type)
    assert.equal(answer.headers['accept-post'], 'application/json')
  }
  await server.stop()
})
