// Content codings: who gets which, and that what is compressed can be read.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import zlib from 'node:zlib'
import { ask, post, start, subscribe } from './lib.mjs'

let server
before(async () => { server = await start('tests/wire/app', ['--batch-max', '2']) })
after(() => server.stop())

const LARGE = 'lorem ipsum dolor sit amet, consectetur adipiscing elit. '.repeat(200)
const echo = (text) => ({ query: 'query ($text: String) { echo(text: $text) }', variables: { text } })
const send = (body, headers = {}) => ask(server, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } })
const large = (encoding, headers = {}) => send(echo(LARGE), { ...(encoding !== undefined && { 'accept-encoding': encoding }), ...headers })

function unzstd(bytes) {
  if (zlib.zstdDecompressSync) return zlib.zstdDecompressSync(bytes)
  const { error, stdout } = spawnSync('zstd', ['-dc'], { input: bytes, maxBuffer: 64 << 20 })
  if (!error) return stdout
  assert.equal(bytes.readUInt32LE(0), 0xfd2fb528, "zstd's magic number")
  return null
}
const decoders = { gzip: zlib.gunzipSync, br: zlib.brotliDecompressSync, zstd: unzstd }

function assertReadable(answer, coding, text) {
  assert.equal(answer.headers['content-encoding'], coding)
  assert.equal(answer.headers['content-length'], String(answer.body.length))
  assert.match(answer.headers.vary, /Accept-Encoding/)
  const plain = coding ? decoders[coding](answer.body) : answer.body
  if (plain) assert.equal(JSON.parse(JSON.parse(plain).data.echo).text, text)
}

for (const [accept, coding] of [
  [undefined, undefined],
  ['', undefined],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['br', 'br'],
  ['zstd', 'zstd'],
  ['gzip, deflate', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip;q=0.9, br;q=0.5', 'gzip'],
  ['gzip;q=0', undefined],
  ['identity', undefined],
  ['identity, gzip;q=0.5', undefined],
  ['*', 'gzip'],
  ['*;q=0', undefined],
  ['deflate', undefined],
]) {
  test(`Accept-Encoding: ${accept ?? '(none)'} gets ${coding ?? 'it as it is'}`, async () => {
    const answer = await large(accept)
    assertReadable(answer, coding, LARGE)
    if (coding) assert.ok(answer.body.length < LARGE.length / 10)
  })
}

test('a small answer is left as it is, unless the client says that it cannot take that', async () => {
  assertReadable(await send(echo('x'.repeat(900)), { 'accept-encoding': 'gzip' }), undefined, 'x'.repeat(900))
  assertReadable(await send(echo('x'), { 'accept-encoding': 'gzip, identity;q=0' }), 'gzip', 'x')
})

test('bodies of all sizes by turns', async () => {
  const texts = [2000, 50000, 700000, 1500].map((n) => LARGE.repeat(Math.ceil(n / LARGE.length)).slice(0, n))
  await Promise.all(['gzip', 'br', 'zstd'].map(async (coding) => {
    for (const text of texts) assertReadable(await send(echo(text), { 'accept-encoding': coding }), coding, text)
  }))
})

test('a result that cannot be made smaller is sent as it is', async () => {
  let dice = 1
  const text = Array.from({ length: 3000 }, () => String.fromCharCode(0x4e00 + ((dice = (dice * 48271) % 2147483647) % 20000))).join('')
  const answer = await send(echo(text), { 'accept-encoding': 'zstd, br, gzip' })
  const coding = answer.headers['content-encoding']
  assertReadable(answer, coding, text)
  assert.ok(answer.body.length < Buffer.byteLength(JSON.stringify(text)) + 100)
})

test('both JSON types, and GET', async () => {
  const answer = await large('gzip', { accept: 'application/graphql-response+json' })
  assertReadable(answer, 'gzip', LARGE)
  assert.equal(answer.headers['content-type'], 'application/graphql-response+json; charset=utf-8')
  const text = LARGE.slice(0, 4000)
  const get = await ask(server, { path: `/graphql?query=${encodeURIComponent(`{ echo(text: ${JSON.stringify(text)}) }`)}`, headers: { 'accept-encoding': 'br' } })
  assertReadable(get, 'br', text)
})

test('a result that is not there at once', async () => {
  const body = { ...echo(LARGE), query: 'query ($text: String) { slowField(waitFor: 20) echo(text: $text) }' }
  assertReadable(await send(body, { 'accept-encoding': 'gzip, br' }), 'br', LARGE)
})

test('the results of a batch, as one body', async () => {
  const answer = await send([echo(LARGE), echo(LARGE)], { 'accept-encoding': 'gzip' })
  assert.equal(answer.headers['content-encoding'], 'gzip')
  const results = JSON.parse(zlib.gunzipSync(answer.body))
  assert.deepEqual(results.map(({ data }) => JSON.parse(data.echo).text), [LARGE, LARGE])
})

test('a refusal with many errors is compressed as any result', async () => {
  const query = `{ ${Array.from({ length: 60 }, (_, i) => `nope${i}`).join(' ')} }`
  const answer = await send({ query }, { 'accept-encoding': 'gzip' })
  assert.equal(answer.headers['content-encoding'], 'gzip')
  assert.equal(JSON.parse(zlib.gunzipSync(answer.body)).errors.length > 10, true)
})

test('HEAD has no body, and says nothing of a coding', async () => {
  const answer = await ask(server, { method: 'HEAD', path: '/graphql?query={fastField}', headers: { 'accept-encoding': 'gzip' } })
  assert.equal(answer.status, 405)
  assert.equal(answer.headers['content-encoding'], undefined)
  assert.equal(answer.body.length, 0)
})

test('an event stream is never compressed', async () => {
  const stream = await subscribe(server, { query: 'subscription { newMessage(roomId: "z") { body } }' }, { 'accept-encoding': 'gzip, br, zstd' })
  assert.equal(stream.headers['content-encoding'], undefined)
  await post(server.url, { query: 'mutation ($body: String!) { sendMessage(input: {roomId: "z", from: "a", body: $body}) { from } }', variables: { body: LARGE } })
  assert.equal((await stream.next()).data.data.newMessage.body, LARGE)
  await stream.close()
  const once = await large('gzip', { accept: 'text/event-stream' })
  assert.equal(once.headers['content-encoding'], undefined)
  assert.match(once.body.toString(), /^:\n\nevent: next\ndata: /)
})

test('nor is multipart', async () => {
  const answer = await large('gzip, br, zstd', { accept: 'multipart/mixed' })
  assert.match(answer.headers['content-type'], /^multipart\/mixed/)
  assert.equal(answer.headers['content-encoding'], undefined)
  assert.ok(answer.body.includes(LARGE.slice(0, 100)))
})

test('curl --compressed', () => {
  const args = ['-s', '--compressed', server.url, '-H', 'content-type: application/json', '-d', JSON.stringify(echo(LARGE))]
  assert.equal(JSON.parse(JSON.parse(execFileSync('curl', args)).data.echo).text, LARGE)
  assert.match(execFileSync('curl', [...args, '-D', '-', '-o', '/dev/null']).toString(), /content-encoding: (zstd|br|gzip)/)
})
