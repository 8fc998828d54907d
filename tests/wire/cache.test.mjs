// The document cache is not to be noticed: a request that was seen before gets the answer that it got the first time.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { post, start, stats } from './lib.mjs'

let server
before(async () => { server = await start() })
after(() => server.stop())

const RESPONSE = 'application/graphql-response+json'
const two = 'query A { fastField } query B { echo(text: "b") }'
const typed = 'query Q($n: Int!) { echo(text: "x", n: $n) }'
const skipped = 'query S($no: Boolean!) { fastField @skip(if: $no) a: fastField }'
const requests = {
  'a query': [{ query: '{ fastField }' }, 200],
  'one of two operations': [{ query: two, operationName: 'A' }, 200],
  'the other': [{ query: two, operationName: 'B' }, 200],
  'neither': [{ query: two, operationName: 'C' }, 400],
  'no name': [{ query: two }, 400],
  'variables': [{ query: typed, variables: { n: 1 } }, 200],
  'others': [{ query: typed, variables: { n: 2 } }, 200],
  'bad ones': [{ query: typed, variables: { n: 'x' } }, 400],
  'none': [{ query: typed }, 400],
  'a condition': [{ query: skipped, variables: { no: true } }, 200],
  'the opposite': [{ query: skipped, variables: { no: false } }, 200],
  'an error of a resolver': [{ query: '{ userProblem boom }' }, 200],
  'a late value': [{ query: '{ slowField(waitFor: 5) }' }, 200],
  'a document that is not valid': [{ query: '{ nothing }' }, 400],
  'a syntax error': [{ query: '{ fastField' }, 400],
  'a subscription that is not acceptable': [{ query: 'subscription { countdown(from: 1, interval: 1) }' }, 406],
}

for (const [name, [body, status]] of Object.entries(requests)) {
  test(`${name}: four times the same`, async () => {
    const first = await post(server.url, body, { accept: RESPONSE })
    assert.equal(first.status, status, first.text)
    for (let i = 0; i < 3; i++) {
      const again = await post(server.url, body, { accept: RESPONSE })
      assert.deepEqual([again.status, again.text], [first.status, first.text])
    }
  })
}

test('a mutation is executed each time, and never by GET', async () => {
  const query = 'mutation { publish(topic: "nobody") }'
  const { published } = await stats(server)
  for (let i = 0; i < 4; i++) assert.equal((await post(server.url, { query })).status, 200)
  assert.equal((await stats(server)).published, published + 4)
  for (let i = 0; i < 4; i++) assert.equal((await fetch(`${server.url}?query=${encodeURIComponent(query)}`)).status, 405)
  assert.equal((await stats(server)).published, published + 4)
})

test('what repeats is found, what is sent once is not kept', async () => {
  const start = await stats(server)
  for (let i = 0; i < 20; i++) await post(server.url, { query: '{ again: fastField }' })
  const repeated = await stats(server)
  assert.equal(repeated.documentHits - start.documentHits, 18)
  assert.equal(repeated.documentMisses - start.documentMisses, 2)
  assert.equal(repeated.documentEntries - start.documentEntries, 2, 'the document and the body')
  assert.ok(repeated.documentBytes > start.documentBytes)
  for (let i = 0; i < 20; i++) await post(server.url, { query: `{ once${i}: fastField }` })
  const once = await stats(server)
  assert.equal(once.documentMisses - repeated.documentMisses, 20)
  assert.equal(once.documentEntries, repeated.documentEntries)
  assert.equal(once.documentEvictions, 0)
})

test('texts that differ in literals share a document, and are answered as if they did not', async () => {
  const text = (n) => `query Q${n} { echo(text: "${'é'.repeat(n)}", n: ${n}) userProblem }`
  const start = await stats(server)
  for (let n = 1; n <= 9; n++) {
    const { status, text: body } = await post(server.url, { query: text(n), operationName: `Q${n}` }, { accept: RESPONSE })
    const result = JSON.parse(body)
    assert.equal(status, 200, body)
    assert.equal(result.data.echo, await echo('é'.repeat(n), n))
    assert.deepEqual(result.errors[0].locations, [{ line: 1, column: text(n).indexOf('userProblem') + 1 }])
  }
  const end = await stats(server)
  assert.ok(end.documentHits - start.documentHits >= 7)
  for (const [query, operationName] of [[text(1), 'Q2'], ['query Q { echo(text: 1, n: 1) userProblem }', undefined],
    ['query Q { echo(text: "a", n: 2147483648) userProblem }', undefined]]) {
    const refused = await post(server.url, { query, operationName }, { accept: RESPONSE })
    assert.equal(refused.status, 400, refused.text)
  }
})

// The same by variables, which never share more than the document.
async function echo (text, n) {
  const query = 'query E($text: String!, $n: Int) { echo(text: $text, n: $n) }'
  return JSON.parse((await post(server.url, { query, variables: { text, n } }, { accept: RESPONSE })).text).data.echo
}
