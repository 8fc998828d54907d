// @defer: what is deferred comes later, in the form and over the stream that a client asked for. A gate holds what is slow until the
// test has seen what came before it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  ask, closeAll, CLOSING, connection, EVENTS_CLOSING, EVENTS_OPENING, figures, follow, masked, newGate, OPENING, openGate, rawEvent, rawPart, request, rest, WAYS,
} from './incremental.mjs'
import { CLIENTS, testClients } from './incremental_clients.mjs'
import { post, start, until } from './lib.mjs'

let server
before(async () => { server = await start('tests/wire/app', ['--gates']) })
after(async () => {
  closeAll()
  await server.stop()
})

const HELD = 'query Held($gate: Int!) { ... @defer { held(gate: $gate) } fastField }'

describe('byte for byte', () => {
  const FIRST = '{"data":{"fastField":"I am fast"},"hasNext":true}'
  const FIRST_2023 = '{"data":{"fastField":"I am fast"},"pending":[{"id":"0","path":[]}],"hasNext":true}'
  const LATER = '{"incremental":[{"data":{"held":"open"},"path":[]}],"hasNext":false}'
  const LATER_2023 = '{"incremental":[{"id":"0","data":{"held":"open"}}],"completed":[{"id":"0"}],"hasNext":false}'
  for (const [name, accept, type, first, later] of [
    ['multipart, 2022', 'multipart/mixed;deferSpec=20220824,application/json', 'multipart/mixed; boundary="-"', OPENING + rawPart(FIRST), rawPart(LATER) + CLOSING],
    ['multipart, 2023', 'multipart/mixed;incrementalSpec=v0.2,application/graphql-response+json,application/json;q=0.9', 'multipart/mixed; boundary="-"',
      OPENING + rawPart(FIRST_2023), rawPart(LATER_2023) + CLOSING],
    ['events, 2022', 'text/event-stream', 'text/event-stream', EVENTS_OPENING + rawEvent(FIRST), rawEvent(LATER) + EVENTS_CLOSING],
    ['events, 2023', 'text/event-stream;incrementalSpec=v0.2', 'text/event-stream', EVENTS_OPENING + rawEvent(FIRST_2023), rawEvent(LATER_2023) + EVENTS_CLOSING],
  ]) {
    test(name, async () => {
      const gate = newGate()
      const client = await connection(server)
      client.send(request(HELD, { accept, variables: { gate } }))
      const head = await client.reads(first)
      assert.match(head, /^http\/1\.1 200 ok\r\n/)
      assert.ok(head.includes(`\r\ncontent-type: ${type}`), head)
      assert.match(head, /\r\ntransfer-encoding: chunked/)
      await openGate(server, gate)
      await client.reads(first + later)

      // The connection is kept.
      client.forget()
      client.send(request('{ fastField }', { accept: 'application/json' }))
      await client.reads('{"data":{"fastField":"I am fast"}}')
      client.close()
      await rest(server)
    })
  }

  test('Content-Length counts bytes', async () => {
    const client = await connection(server)
    client.send(request('{ a: fastField ... @defer { echo(text: "ü😀") } }'))
    await client.reads(OPENING + rawPart('{"data":{"a":"I am fast"},"hasNext":true}') +
      rawPart('{"incremental":[{"data":{"echo":"{\\"text\\":\\"ü😀\\"}"},"path":[]}],"hasNext":false}') + CLOSING)
    client.close()
  })

  test('by GET', async () => {
    const client = await connection(server)
    client.send(request('{ b: fastField ... @defer { fastField } }', { method: 'GET' }))
    await client.reads(OPENING + rawPart('{"data":{"b":"I am fast"},"hasNext":true}') +
      rawPart('{"incremental":[{"data":{"fastField":"I am fast"},"path":[]}],"hasNext":false}') + CLOSING)
    client.close()
  })
})

for (const { name, form, accept } of WAYS) {
  describe(name, () => {
    const deferred = (query, variables) => follow(server, query, { accept, variables })

    test('the first payload does not wait for what is deferred', async () => {
      const gate = newGate()
      const answer = await deferred(HELD, { gate })
      assert.deepEqual(answer.first.data, { fastField: 'I am fast' })
      assert.equal(answer.first.hasNext, true)
      await openGate(server, gate)
      assert.deepEqual(await answer.told(), { path: [], data: { held: 'open' } })
      assert.deepEqual(await answer.result(), { data: { fastField: 'I am fast', held: 'open' } })
      await rest(server)
    })

    test('what is ready first comes first', async () => {
      const [one, two] = [newGate(), newGate()]
      const answer = await deferred(`{ fastField ... @defer(label: "one") { a: held(gate: ${one}) } ... @defer(label: "two") { b: held(gate: ${two}) } }`)
      await openGate(server, two)
      assert.deepEqual(await answer.told(), { path: [], label: 'two', data: { b: 'open' } })
      await openGate(server, one)
      assert.deepEqual(await answer.told(), { path: [], label: 'one', data: { a: 'open' } })
      assert.equal(await answer.told(), undefined)
    })

    test('a fragment inside a deferred fragment comes after it', async () => {
      const [outer, inner] = [newGate(), newGate()]
      const answer = await deferred(`{ probe { id ... @defer(label: "outer") { held(gate: ${outer}) child { id ... @defer(label: "inner") { held(gate: ${inner}) } } } } }`)
      assert.deepEqual(answer.first.data, { probe: { id: 'p1' } })
      if (form === 2023) assert.deepEqual(answer.first.pending, [{ id: '0', path: ['probe'], label: 'outer' }])
      // What is inside may be ready first: it has nowhere to stand yet.
      await openGate(server, inner)
      await openGate(server, outer)
      assert.deepEqual(await answer.told(), { path: ['probe'], label: 'outer', data: { held: 'p1 is open', child: { id: 'p1.c' } } })
      assert.deepEqual(await answer.told(), { path: ['probe', 'child'], label: 'inner', data: { held: 'p1.c is open' } })
      assert.equal(await answer.told(), undefined)
    })

    test('in each item of a list', async () => {
      const answer = await deferred('{ auctions { id ... @defer(label: "t") { title } } }')
      assert.ok(answer.first.data.auctions.every((auction) => !('title' in auction)))
      const { data } = await answer.result()
      assert.deepEqual(data, (await post(server.url, { query: '{ auctions { id title } }' })).json.data)
    })

    test('a fragment spread; fields that are wanted now, too', async () => {
      const answer = await deferred('{ ...F @defer(label: "f") fastField } fragment F on Query { fastField b: fastField }')
      assert.deepEqual(answer.first.data, { fastField: 'I am fast' })
      // In the form of 2022 a fragment has all its fields.
      assert.deepEqual(await answer.told(), { path: [], label: 'f', data: { ...(form === 2022 && { fastField: 'I am fast' }), b: 'I am fast' } })
      assert.deepEqual(await answer.result(), { data: { fastField: 'I am fast', b: 'I am fast' } })
    })

    test('an error is told with its part, masked', async () => {
      const answer = await deferred('{ probe { id ... @defer { boom } } }')
      assert.deepEqual(await answer.told(), { path: ['probe'], data: { boom: null }, errors: [masked(['probe', 'boom'], 1, 27)] })
      assert.doesNotMatch(JSON.stringify(await answer.result()), /secret/)
    })

    test('an error where null may not stand takes the fragment, and nothing else', async () => {
      const answer = await deferred('{ probe { id ... @defer(label: "x") { boomHard name } } }')
      assert.deepEqual(await answer.told(), { path: ['probe'], label: 'x', failed: true, errors: [masked(['probe', 'boomHard'], 1, 39)] })
      assert.deepEqual((await answer.result()).data, { probe: { id: 'p1' } })
    })

    test('an error in what is not deferred stands in the first payload', async () => {
      const answer = await deferred('{ boom ... @defer { fastField } }')
      assert.deepEqual(answer.first.errors, [masked(['boom'], 1, 3)])
      assert.equal(answer.first.hasNext, true)
      assert.deepEqual(Object.keys(answer.first)[0], 'errors')
      assert.deepEqual((await answer.result()).data, { boom: null, fastField: 'I am fast' })
    })

    test('null that takes the object of a fragment takes the fragment', async () => {
      const answer = await deferred('{ probe { boomHard ... @defer { slow } } fastField }')
      assert.deepEqual((await answer.result()).data, { probe: null, fastField: 'I am fast' })
      await rest(server)
    })

    test('if: $later', async () => {
      const query = 'query ($later: Boolean!) { fastField ... @defer(if: $later) { b: fastField } }'
      assert.deepEqual((await deferred(query, { later: true })).first.hasNext, true)
      const answer = await deferred(query, { later: false })
      assert.deepEqual(answer.first, { data: { fastField: 'I am fast', b: 'I am fast' } })
      assert.equal(await answer.told(), undefined)
    })

    test('on the deeper fields of a mutation', async () => {
      const answer = await deferred('mutation { sendMessage(input: {roomId: "d", from: "ann", body: "hi"}) { from ... @defer { body } } }')
      assert.deepEqual(answer.first.data, { sendMessage: { from: 'ann' } })
      assert.deepEqual(await answer.told(), { path: ['sendMessage'], data: { body: 'hi' } })
      assert.equal(await answer.told(), undefined)
    })

    test('who leaves ends what is deferred', async () => {
      const answer = await deferred(HELD, { gate: newGate() })
      await until(async () => (await figures(server)).promises === 1, 'what is deferred to begin')
      answer.close()
      await rest(server)
    })
  })
}

describe('what a client asks for', () => {
  const QUERY = '{ fastField ... @defer { b: fastField } }'
  const WHOLE = { data: { fastField: 'I am fast', b: 'I am fast' } }

  for (const accept of ['application/json', 'application/graphql-response+json', 'application/graphql-response+json,application/json;q=0.9', 'application/json, multipart/mixed;q=0']) {
    test(`${accept}: the whole answer`, async () => {
      const { status, headers, json } = await post(server.url, { query: QUERY }, { accept })
      assert.equal(status, 200)
      assert.match(headers.get('content-type'), /^application\/(graphql-response\+)?json; charset=utf-8$/)
      assert.deepEqual(json, WHOLE)
    })
  }

  for (const [accept, type, form] of [
    ['*/*', 'multipart/mixed', 2022],
    [undefined, 'multipart/mixed', 2022],
    ['multipart/mixed, text/event-stream', 'multipart/mixed', 2022],
    ['text/event-stream, multipart/mixed', 'multipart/mixed', 2022],
    ['text/event-stream, multipart/mixed;q=0.9', 'text/event-stream', 2022],
    ['application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed', 'multipart/mixed', 2022],
    ['multipart/mixed;deferSpec=20220824,application/json', 'multipart/mixed', 2022],
    ['multipart/mixed;incrementalSpec=v0.2,application/graphql-response+json,application/json;q=0.9', 'multipart/mixed', 2023],
  ]) {
    test(`${accept ?? 'nothing'}: ${type}, the form of ${form}`, async () => {
      const answer = await follow(server, QUERY, { accept })
      assert.ok(answer.type.startsWith(type), answer.type)
      assert.equal('pending' in answer.first, form === 2023)
      assert.deepEqual(await answer.result(), WHOLE)
    })
  }

  test('no type of a stream, and no JSON: 406', async () => {
    assert.equal((await ask(server, QUERY, { accept: 'text/html' })).status, 406)
  })

  for (const [what, query, message] of [
    ['a label twice', '{ ... @defer(label: "A") { slowField } ... @defer(label: "A") { fastField } }',
      'Value for arguments "defer(label:)" and "stream(label:)" must be unique across all Defer/Stream directive usages.'],
    ['a label that is a variable', 'query ($l: String) { ... @defer(label: $l) { fastField } }', 'Argument "@defer(label:)" must be a static string.'],
    ['the root of a mutation', 'mutation { ... @defer { invalidate(keys: []) } }', 'Defer directive cannot be used on root mutation type "Mutation".'],
    ['the root of a subscription', 'subscription { ... @defer { faulty } }', 'Defer directive cannot be used on root subscription type "Subscription".'],
  ]) {
    test(`${what} is an error, in any type`, async () => {
      const { status, text: errors, json } = await post(server.url, { query })
      assert.equal(status, 200)
      assert.ok(json.errors.some((error) => error.message === message && error.extensions.code === 'GRAPHQL_VALIDATION_FAILED'), errors)
      const expected = [
        ['application/graphql-response+json', 400, errors],
        ['multipart/mixed', 400, OPENING + rawPart(errors) + CLOSING],
        ['text/event-stream', 200, EVENTS_OPENING + rawEvent(errors) + EVENTS_CLOSING],
      ]
      for (const [accept, code, body] of expected) {
        const client = await connection(server)
        client.send(request(query, { accept }))
        const head = await client.reads(body)
        assert.ok(head.startsWith(`http/1.1 ${code} `), `${accept}: ${head}`)
        client.close()
      }
    })
  }

  test('who may not see a field learns it in its part', async () => {
    const guarded = await start('tests/wire/app', [], { JWT_SECRET: 'of this test' })
    const answer = await follow(guarded, '{ fastField ... @defer { auction(id: "1") { id } } }')
    assert.equal((await answer.told()).errors[0].extensions.code, 'UNAUTHENTICATED')
    assert.deepEqual((await answer.result()).data, { fastField: 'I am fast', auction: null })
    await guarded.stop()
  })

  test('--no-defer-stream: there are no such directives', async () => {
    const without = await start('tests/wire/app', ['--no-defer-stream'])
    for (const [query, name] of [[QUERY, 'defer'], ['{ alphabet @stream }', 'stream']]) {
      const { json } = await post(without.url, { query })
      assert.equal(json.errors[0].message, `Unknown directive "@${name}".`)
    }
    const { json } = await post(without.url, { query: '{ __schema { directives { name } } }' })
    assert.ok(json.data.__schema.directives.every(({ name }) => !['defer', 'stream'].includes(name)))
    await without.stop()
  })
})

testClients(CLIENTS, [], ({ gate, open, rest: nothingIsLeft, stats: now, plainly, watch }) => {
  test('what is fast is there before what is slow', async () => {
    const slow = gate()
    const { results, last } = watch(HELD, { gate: slow })
    await until(() => results.length, 'the first part')
    assert.deepEqual(last(), { data: { fastField: 'I am fast' }, errors: undefined })
    await open(slow)
    await until(() => last().data.held, 'the second part')
    assert.deepEqual(last().data, { fastField: 'I am fast', held: 'open' })
    await nothingIsLeft()
  })

  test('labels, fragments inside fragments, lists', async () => {
    const slow = gate()
    const { last } = watch(`query Nested($gate: Int!) {
      fastField
      probe { id ...Later @defer(label: "later") }
      auctions { id ... @defer(label: "title") { title } }
    }
    fragment Later on Probe { name child { id ... @defer(label: "inner") { held(gate: $gate) } } }`, { gate: slow })
    await until(() => last()?.data.probe.child?.id, 'the outer fragment')
    assert.equal(last().data.probe.child.held, undefined)
    await open(slow)
    await until(() => last().data.probe.child.held && last().data.auctions.every(({ title }) => title), 'the rest')
    assert.deepEqual(last().data, { ...await plainly('{ fastField probe { id name child { id } } auctions { id title } }'),
      probe: { id: 'p1', name: 'probe p1', child: { id: 'p1.c', held: 'p1.c is open' } } })
    await nothingIsLeft()
  })

  test('an error in what is deferred', async () => {
    const { results, last } = watch('query Failing { probe { id ... @defer { boom } } }')
    await until(() => last()?.errors?.length, 'the error')
    assert.equal(last().errors[0].message, 'Something went wrong.')
    assert.deepEqual(results[0].data, { probe: { id: 'p1' } })
    await nothingIsLeft()
  })

  test('nothing is deferred after all', async () => {
    const { results, last } = watch('query Now($later: Boolean!) { fastField ... @defer(if: $later) { b: fastField } }', { later: false })
    await until(() => results.length, 'the result')
    assert.deepEqual(last().data, { fastField: 'I am fast', b: 'I am fast' })
    await nothingIsLeft()
  })

  test('who leaves ends what is deferred', async () => {
    const { results, stop } = watch(HELD, { gate: gate() })
    await until(() => results.length, 'the first part')
    await until(async () => (await now()).promises === 1, 'what is deferred to begin')
    stop()
    await nothingIsLeft()
  })
})
