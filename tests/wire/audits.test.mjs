// The audits of graphql-http: what the specification of GraphQL over HTTP asks of a server, one test for each.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { serverAudits } from 'graphql-http'
import { start } from './lib.mjs'

let server
before(async () => { server = await start() })
after(() => server.stop())

const audits = serverAudits({ url: () => server.url, fetchFn: fetch })

test('they are all there', () => {
  const count = (level) => audits.filter(({ name }) => name.startsWith(level)).length
  assert.deepEqual([count('MUST'), count('SHOULD'), count('MAY')], [13, 23, 25])
})

for (const { id, name, fn } of audits) {
  test(`${id}: ${name}`, async () => {
    const { status, reason } = await fn()
    assert.equal(status, 'ok', reason)
  })
}
