// @requireAuth and @skipAuth, as the schema has them, with tokens of all kinds.
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { parse, valueFromASTUntyped } from 'graphql'
import { post, start, stats, subscribe, until } from './lib.mjs'

const SECRET = 'only for this test'
let server
before(async () => { server = await start('tests/wire/app', ['--tick-ms', '20'], { JWT_SECRET: SECRET }) })
after(() => server.stop())

// ---- tokens ----

const base64 = (text) => Buffer.from(text).toString('base64url')
const sign = (text, secret = SECRET, hash = 'sha256') => crypto.createHmac(hash, secret).update(text).digest('base64url')
const HEADER = { alg: 'HS256', typ: 'JWT' }
function token(claims, header = HEADER, signature = sign) {
  const text = `${base64(JSON.stringify(header))}.${base64(typeof claims === 'string' ? claims : JSON.stringify(claims))}`
  return `${text}.${signature(text)}`
}
const now = () => Math.floor(Date.now() / 1000)
const user = (more) => token({ sub: 'ann', ...more })
const bearer = (text) => (text ? { authorization: `Bearer ${text}` } : {})

const GOOD = {
  'no role': { text: user(), roles: [] },
  'a role of no use': { text: user({ roles: ['user'] }), roles: [] },
  admin: { text: user({ roles: ['admin'] }), roles: ['admin'] },
  editor: { text: user({ roles: ['x', 'editor', 'y'] }), roles: ['editor'] },
  'several roles': { text: user({ roles: ['editor', 'admin'] }), roles: ['editor', 'admin'] },
  'a role as text': { text: user({ roles: 'admin' }), roles: ['admin'] },
  'roles that are none': { text: user({ roles: [1, null, ['admin'], { admin: true }, 'Admin', 'admin ', ''] }), roles: [] },
  'roles of a wrong type': { text: user({ roles: { admin: true } }), roles: [] },
  'times that fit': { text: user({ iat: now(), nbf: now() - 10, exp: now() + 600 }), roles: [] },
  'no subject': { text: token({ roles: ['admin'] }), roles: ['admin'] },
  'a number as subject': { text: token({ sub: 7 }), roles: [] },
}

const [h, p, s] = user({ roles: ['admin'] }).split('.')
const admin = { sub: 'ann', roles: ['admin'] }
const BAD = {
  expired: token({ ...admin, exp: now() - 1 }),
  'expires now': token({ ...admin, exp: now() }),
  'not valid yet': token({ ...admin, nbf: now() + 600 }),
  'exp is text': token({ ...admin, exp: '9999999999' }),
  'nbf is null': token({ ...admin, nbf: null }),
  'another secret': token(admin, HEADER, (text) => sign(text, `${SECRET}x`)),
  'alg none, unsigned': token(admin, { alg: 'none' }, () => ''),
  'alg none, signed': token(admin, { alg: 'none' }),
  'alg hs256': token(admin, { alg: 'hs256' }),
  'alg HS512': token(admin, { alg: 'HS512' }, (text) => sign(text, SECRET, 'sha512')),
  'alg RS256, signed by HMAC': token(admin, { alg: 'RS256' }),
  'alg is a list': token(admin, { alg: ['HS256'] }),
  'no alg': token(admin, {}),
  'alg twice': `${h}.${p}.${s}`.replace(h, base64('{"alg":"none","alg":"HS256"}')),
  'critical extensions': token(admin, { ...HEADER, crit: ['b64'], b64: false }),
  'signature missing': `${h}.${p}.`,
  'signature cut': `${h}.${p}.${s.slice(0, -1)}`,
  'signature padded': `${h}.${p}.${s}=`,
  'signature of other case': `${h}.${p}.${s.toLowerCase()}`,
  'other claims': `${h}.${base64(JSON.stringify({ ...admin, sub: 'eve' }))}.${s}`,
  'claims are a list': token([]),
  'claims are no JSON': token('no JSON'),
  'claims are empty': token(''),
  'one part': 'abc',
  'four parts': `${h}.${p}.${s}.x`,
  'dots': '..',
  'garbage': 'é"\\'.repeat(3),
  long: 'A'.repeat(9000),
}

// ---- what the schema says ----

const sdl = parse(readFileSync(new URL('app.graphql', import.meta.url), 'utf8'))
const fields = sdl.definitions.filter((type) => ['Query', 'Mutation', 'Subscription'].includes(type.name.value))
  .flatMap((type) => type.fields.map((field) => {
    const guard = field.directives.find(({ name }) => name.value === 'requireAuth')
    const roles = guard?.arguments.find(({ name }) => name.value === 'roles')
    const open = field.directives.some(({ name }) => name.value === 'skipAuth')
    return { coordinate: `${type.name.value}.${field.name.value}`, guarded: !!guard, open, roles: roles && valueFromASTUntyped(roles.value) }
  }))

// An operation for each field, which ends soon.
const OPERATIONS = {
  'Query.auctions': '{ auctions { id } }',
  'Query.auction': '{ auction(id: 1) { id } }',
  'Query.room': '{ room(id: 1) { body } }',
  'Query.fastField': '{ fastField }',
  'Query.slowField': '{ slowField(waitFor: 1) }',
  'Query.adminReport': '{ adminReport }',
  'Query.editorReport': '{ editorReport }',
  'Query.probe': '{ probe { id } }',
  'Query.echo': '{ echo }',
  'Mutation.bid': 'mutation { bid(input: {auctionId: 4, amount: 1}) { amount } }',
  'Mutation.sendMessage': 'mutation { sendMessage(input: {roomId: 1, from: "a", body: "b"}) { body } }',
  'Mutation.invalidate': 'mutation { invalidate(keys: ["Query.room"]) }',
  'Mutation.publish': 'mutation { publish(topic: "t") }',
  'Mutation.adminReset': 'mutation { adminReset }',
  'Subscription.countdown': 'subscription { countdown(from: 1, interval: 1) }',
  'Subscription.adminFeed': 'subscription { adminFeed }',
}

const NOT_SIGNED_IN = { message: "You don't have permission to do that.", code: 'UNAUTHENTICATED' }
const NOT_ALLOWED = { message: "You don't have access to do that.", code: 'FORBIDDEN' }

// The errors that `operation` gets. A refused subscription is one event without data, and the end.
async function ask(operation, headers) {
  const streams = operation.startsWith('subscription')
  const { status, text, json } = await post(server.url, { query: operation }, { accept: streams ? 'text/event-stream' : 'application/json', ...headers })
  const first = streams ? JSON.parse(/^data: (.*)$/m.exec(text)[1]) : json
  assert.equal(status, 200)
  if (streams) {
    assert.match(text, /\n\nevent: complete\ndata:\n\n$/)
    if (first.errors) assert.equal(text, `:\n\nevent: next\ndata: ${JSON.stringify({ errors: first.errors })}\n\nevent: complete\ndata:\n\n`)
  }
  return (first.errors ?? []).map(({ message, extensions }) => ({ message, code: extensions.code }))
}

test('every field of the schema is either guarded or open, and the guarded ones are asked for here', () => {
  for (const { coordinate, guarded, open } of fields) {
    assert.notEqual(guarded, open, coordinate)
    if (guarded) assert.ok(OPERATIONS[coordinate] || coordinate === 'Subscription.newMessage', coordinate)
  }
})

describe('each field as its directive says', () => {
  for (const { coordinate, guarded, roles } of fields.filter((field) => OPERATIONS[field.coordinate])) {
    const operation = OPERATIONS[coordinate]

    test(`${coordinate}, without a token`, async () => {
      assert.deepEqual(await ask(operation), guarded ? [NOT_SIGNED_IN] : [])
    })
    for (const [name, good] of Object.entries(GOOD)) {
      test(`${coordinate}, good token: ${name}`, async () => {
        const allowed = !roles || roles.some((role) => good.roles.includes(role))
        assert.deepEqual(await ask(operation, bearer(good.text)), allowed ? [] : [NOT_ALLOWED])
      })
    }
  }
})

describe('a bad token makes the request anonymous', () => {
  for (const [name, text] of Object.entries(BAD)) {
    test(name, async () => {
      const headers = bearer(Buffer.from(text).toString('latin1'))
      assert.deepEqual(await ask('{ fastField }', headers), [])
      assert.deepEqual(await ask('{ auction(id: 1) { id } }', headers), [NOT_SIGNED_IN])
      assert.deepEqual(await ask('{ adminReport }', headers), [NOT_SIGNED_IN])
      assert.deepEqual(await ask('subscription { adminFeed }', headers), [NOT_SIGNED_IN])
    })
  }

  test('the reason goes to the log, under the id of the request', async () => {
    const { headers } = await post(server.url, { query: '{ fastField }' }, bearer(BAD.expired))
    const line = await until(() => server.log().split('\n').find((one) => one.includes(headers.get('x-request-id'))), 'a line in the log')
    assert.match(line, /it has expired/)
    assert.ok(!line.includes(BAD.expired.slice(0, 20)), 'tokens stay out of the log')
  })
})

describe('where a token may stand', () => {
  const good = GOOD.admin.text
  const places = [
    ['Bearer', { authorization: `Bearer ${good}` }, true],
    ['bearer', { authorization: `bearer ${good}` }, true],
    ['another scheme', { authorization: `Basic ${good}` }, false],
    ['another scheme with auth-provider', { authorization: `Foo ${good}`, 'auth-provider': 'custom' }, true],
    ['Bearer with auth-provider', { authorization: `Bearer ${good}`, 'auth-provider': 'custom' }, true],
    ['no scheme', { authorization: good }, false],
    ['nothing after the scheme', { authorization: 'Bearer' }, false],
    ['two spaces', { authorization: `Bearer  ${good}` }, false],
    ['three parts', { authorization: `Bearer x ${good}`, 'auth-provider': 'custom' }, false],
    ['auth-provider alone', { 'auth-provider': 'custom' }, false],
    ['a cookie', { cookie: `theme=dark; auth-provider=custom; session=${good}` }, true],
    ['a cookie without auth-provider', { cookie: `session=${good}` }, true],
    ['a cookie without a token', { cookie: 'auth-provider=custom; xsession=1' }, false],
    ['nowhere', {}, false],
  ]
  for (const [name, headers, signedIn] of places) {
    test(name, async () => assert.deepEqual(await ask('{ auction(id: 1) { id } }', headers), signedIn ? [] : [NOT_SIGNED_IN]))
  }
})

test('open fields beside a guarded one are answered', async () => {
  const { json } = await post(server.url, { query: '{ fastField auction(id: 1) { id } }' })
  assert.deepEqual(json.data, { fastField: 'I am fast', auction: null })
  assert.deepEqual(json.errors[0].path, ['auction'])
})

test('a refused subscription opens no source', async () => {
  const before = (await stats(server)).newMessageOpened
  assert.deepEqual(await ask('subscription { newMessage(roomId: 1) { body } }'), [NOT_SIGNED_IN])
  assert.equal((await stats(server)).newMessageOpened, before)
})

test('a mutation that is refused changes nothing', async () => {
  const bids = async () => (await post(server.url, { query: '{ auction(id: 5) { bids { amount } } }' }, bearer(GOOD.admin.text))).text
  const before = await bids()
  assert.deepEqual(await ask('mutation { bid(input: {auctionId: 5, amount: 1}) { amount } }'), [NOT_SIGNED_IN])
  assert.equal(await bids(), before)
})

test('identities of requests at the same time, and on the same connection, do not mix', async () => {
  const who = [undefined, GOOD.editor.text, GOOD.admin.text]
  const expected = [[NOT_SIGNED_IN], [NOT_ALLOWED], []]
  const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => ask('{ slowField(waitFor: 5) adminReport }', bearer(who[i % 3]))))
  answers.forEach((errors, i) => assert.deepEqual(errors, expected[i % 3]))
})

test('a subscriber whose token expires is told so, and hears no more', async () => {
  const stream = await subscribe(server, { query: 'subscription { countdown(from: 1000000, interval: 1) }' }, bearer(user({ exp: now() + 2 })))
  let event
  do event = await stream.next(); while (event.data.data)
  assert.equal(event.data.errors[0].extensions.code, 'UNAUTHENTICATED')
  await stream.close()
})

test('each listener keeps the identity it came with, whoever speaks', async () => {
  const listener = await subscribe(server, { query: 'subscription { newMessage(roomId: "auth") { body } }' }, bearer(GOOD['no role'].text))
  assert.deepEqual(await ask('mutation { sendMessage(input: {roomId: "auth", from: "a", body: "b"}) { body } }'), [])
  assert.deepEqual((await listener.next()).data, { data: { newMessage: { body: 'b' } } })
  await listener.close()
})

describe('JWT_SECRET', () => {
  test('not set: everyone is let in, and the log says so', async () => {
    const open = await start('tests/wire/app', [], { JWT_SECRET: undefined })
    assert.equal((await post(open.url, { query: '{ adminReport }' })).json.data.adminReport, 'the admin report')
    assert.match(open.log(), /JWT_SECRET is not set: everyone is let in/)
    await open.stop()
  })

  test('empty: the server does not start', async () => {
    await assert.rejects(start('tests/wire/app', [], { JWT_SECRET: '' }), /JWT_SECRET is empty/)
  })
})
