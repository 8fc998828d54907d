// @stream: a list comes item by item, from an array or from a source, in the form and over the stream that a client asked for.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import apollo3 from 'apollo3/core/core.cjs'
import {
  closeAll, CLOSING, connection, EVENTS_CLOSING, EVENTS_OPENING, figures, follow, newGate, OPENING, openGate, rawEvent, rawPart, request, rest, WAYS,
} from './incremental.mjs'
import { CLIENTS, testClients } from './incremental_clients.mjs'
import { post, start, until } from './lib.mjs'

const ALPHABET = [...'abcdefghijklmnopqrstuvwxyz']

let server
before(async () => { server = await start('tests/wire/app', ['--gates', '--letter-ms', '10']) })
after(async () => {
  closeAll()
  await server.stop()
})

const BROKEN = 'This item is broken.'
const broken = (path) => ({ message: BROKEN, locations: [{ line: 1, column: 3 }], path })

const LIST = 'query List($gate: Int!) { heldList(gate: $gate, count: 3) @stream }'

describe('byte for byte', () => {
  const FIRST = '{"data":{"heldList":[]},"hasNext":true}'
  const FIRST_2023 = '{"data":{"heldList":[]},"pending":[{"id":"0","path":["heldList"]}],"hasNext":true}'
  const item = (n) => `{"incremental":[{"items":[${n}],"path":["heldList",${n - 1}]}],"hasNext":${n < 3}}`
  const item2023 = (n) => `{"incremental":[{"id":"0","items":[${n}]}],${n < 3 ? '"hasNext":true' : '"completed":[{"id":"0"}],"hasNext":false'}}`
  for (const [name, accept, opening, first, frame, one, closing] of [
    ['multipart, 2022', 'multipart/mixed', OPENING, FIRST, rawPart, item, CLOSING],
    ['multipart, 2023', 'multipart/mixed;incrementalSpec=v0.2', OPENING, FIRST_2023, rawPart, item2023, CLOSING],
    ['events, 2022', 'text/event-stream', EVENTS_OPENING, FIRST, rawEvent, item, EVENTS_CLOSING],
    ['events, 2023', 'text/event-stream;incrementalSpec=v0.2', EVENTS_OPENING, FIRST_2023, rawEvent, item2023, EVENTS_CLOSING],
  ]) {
    test(name, async () => {
      const gate = newGate()
      const client = await connection(server)
      let expected = opening + frame(first)
      client.send(request(LIST, { accept, variables: { gate } }))
      await client.reads(expected)
      for (const n of [1, 2]) {
        await openGate(server, gate)
        expected += frame(one(n))
        await client.reads(expected)
      }
      await openGate(server, gate)
      await client.reads(expected + frame(one(3)) + closing)

      // The connection is kept.
      client.forget()
      client.send(request('{ fastField }', { accept: 'application/json' }))
      await client.reads('{"data":{"fastField":"I am fast"}}')
      client.close()
      await rest(server)
    })
  }

  test('an array: each item an entry, all in one payload', async () => {
    const client = await connection(server)
    client.send(request('{ auctions @stream(initialCount: 1, label: "L") { id } }'))
    const entries = [1, 2, 3, 4].map((index) => `{"items":[{"id":"${index + 1}"}],"path":["auctions",${index}],"label":"L"}`)
    await client.reads(OPENING + rawPart('{"data":{"auctions":[{"id":"1"}]},"hasNext":true}') + rawPart(`{"incremental":[${entries}],"hasNext":false}`) + CLOSING)
    client.close()
  })

  test('an array in the form of 2023: one entry', async () => {
    const client = await connection(server)
    client.send(request('{ auctions @stream(initialCount: 1, label: "L") { id } }', { accept: 'multipart/mixed;incrementalSpec=v0.2' }))
    const items = [2, 3, 4, 5].map((id) => `{"id":"${id}"}`)
    await client.reads(OPENING + rawPart('{"data":{"auctions":[{"id":"1"}]},"pending":[{"id":"0","path":["auctions"],"label":"L"}],"hasNext":true}') +
      rawPart(`{"incremental":[{"id":"0","items":[${items}]}],"completed":[{"id":"0"}],"hasNext":false}`) + CLOSING)
    client.close()
  })
})

for (const { name, form, accept } of WAYS) {
  describe(name, () => {
    const streamed = (query, variables) => follow(server, query, { accept, variables })
    const auctions = async () => (await post(server.url, { query: '{ auctions { id title bids { amount } } }' })).json.data.auctions

    test('the letters one by one, each in a payload', async () => {
      const answer = await streamed('query StreamAlphabet { alphabet @stream }')
      assert.deepEqual(answer.first.data, { alphabet: [] })
      assert.equal(answer.first.hasNext, true)
      const payloads = await answer.all()
      const items = payloads.flatMap(({ incremental }) => incremental ?? [])
      assert.deepEqual(items.flatMap((entry) => entry.items), ALPHABET)
      if (form === 2022) assert.deepEqual(items.map(({ path }) => path), ALPHABET.map((_, index) => ['alphabet', index]))
      assert.ok(items.length === ALPHABET.length && payloads.length >= ALPHABET.length, `${items.length} entries in ${payloads.length} payloads`)
      assert.deepEqual(payloads.map(({ hasNext }) => hasNext), payloads.map((_, index) => index < payloads.length - 1))
      await rest(server)
    })

    test('an item is there before the next one is', async () => {
      const gate = newGate()
      const answer = await streamed(LIST, { gate })
      for (const n of [1, 2, 3]) {
        await openGate(server, gate)
        assert.deepEqual(await answer.told(), { path: ['heldList', n - 1], items: [n] })
      }
      assert.equal(await answer.told(), undefined)
    })

    test('initialCount of a source waits for so many', async () => {
      const gate = newGate()
      await openGate(server, gate)
      const waiting = streamed('query ($gate: Int!) { heldList(gate: $gate, count: 3) @stream(initialCount: 2, label: "L") }', { gate })
      await until(async () => (await figures(server)).listsActive === 1, 'the list to begin')
      await openGate(server, gate)
      const answer = await waiting
      assert.deepEqual(answer.first.data, { heldList: [1, 2] })
      await openGate(server, gate)
      assert.deepEqual(await answer.told(), { path: ['heldList', 2], label: 'L', items: [3] })
      assert.equal(await answer.told(), undefined)
    })

    test('an array, with and without initialCount', async () => {
      const all = await auctions()
      for (const count of [0, 1, 4]) {
        const answer = await streamed('query ($count: Int!) { auctions @stream(initialCount: $count) { id title bids { amount } } }', { count })
        assert.deepEqual(answer.first.data.auctions, all.slice(0, count))
        assert.deepEqual(await answer.result(), { data: { auctions: all } })
      }
    })

    test('as many as there are, or more, at first: that is all', async () => {
      const all = await auctions()
      for (const count of [5, 100]) {
        const answer = await streamed('query ($count: Int!) { auctions @stream(initialCount: $count) { id title bids { amount } } }', { count })
        assert.deepEqual(answer.first.data.auctions, all)
        assert.equal(await answer.told(), undefined)
      }
    })

    test('objects from a source, with deferred fragments in them', async () => {
      const gate = newGate()
      const answer = await streamed(`{ probes(count: 3) @stream(initialCount: 1) { id ... @defer { name held(gate: ${gate}) } } }`)
      assert.deepEqual(answer.first.data, { probes: [{ id: 'p1' }] })
      assert.deepEqual(await answer.told(), { path: ['probes', 1], items: [{ id: 'p2' }] })
      await openGate(server, gate)
      assert.deepEqual((await answer.result()).data, { probes: [1, 2, 3].map((n) => ({ id: `p${n}`, name: `probe p${n}`, held: `p${n} is open` })) })
      await rest(server)
    })

    test('a list in a deferred fragment, a list in a list', async () => {
      const answer = await streamed('{ fastField ... @defer(label: "d") { auctions @stream(label: "s") { id title bids @stream { amount } } } }')
      assert.deepEqual(answer.first.data, { fastField: 'I am fast' })
      assert.deepEqual((await answer.result()).data, { fastField: 'I am fast', auctions: await auctions() })
    })

    test('an item that fails', async () => {
      const answer = await streamed('{ brokenItems @stream(initialCount: 1) }')
      assert.deepEqual(answer.first.data, { brokenItems: [1] })
      assert.deepEqual(await answer.told(), { path: ['brokenItems', 1], items: [null], errors: [broken(['brokenItems', 1])] })
      assert.deepEqual(await answer.told(), { path: ['brokenItems', 2], items: [3] })
      assert.equal(await answer.told(), undefined)
    })

    test('an item that fails where null may not stand ends its list', async () => {
      const answer = await streamed('{ brokenItemsHard @stream(label: "x") fastField }')
      assert.deepEqual(await answer.told(), { path: ['brokenItemsHard', 0], label: 'x', items: [1] })
      assert.deepEqual(await answer.told(), { path: ['brokenItemsHard'], label: 'x', failed: true, errors: [broken(['brokenItemsHard', 1])] })
      assert.deepEqual((await answer.result()).data, { brokenItemsHard: [1], fastField: 'I am fast' })
      await rest(server)
    })

    test('a source that fails: what it had, then the error', async () => {
      const answer = await streamed('{ brokenList @stream }')
      for (const n of [1, 2]) assert.deepEqual(await answer.told(), { path: ['brokenList', n - 1], items: [n] })
      const { path, failed, errors } = await answer.told()
      assert.deepEqual({ path, failed, message: errors[0].message }, { path: ['brokenList'], failed: true, message: 'Something went wrong.' })
      assert.deepEqual((await answer.result()).data, { brokenList: [1, 2] })
      await rest(server)
    })

    test('many, as fast as they are taken', async () => {
      const answer = await streamed('{ numbers(count: 20000) @stream }')
      assert.deepEqual((await answer.result()).data.numbers, Array.from({ length: 20000 }, (_, n) => n))
      await rest(server)
    })

    test('initialCount below zero', async () => {
      const { first } = await streamed('{ auctions @stream(initialCount: -1) { id } }')
      assert.match(first.errors[0].message, /initialCount must be a positive integer/)
    })

    test('if: false', async () => {
      const answer = await streamed('query ($item: Boolean!) { auctions @stream(if: $item) { id title bids { amount } } }', { item: false })
      assert.deepEqual(answer.first, { data: { auctions: await auctions() } })
      assert.equal(await answer.told(), undefined)
    })

    test('who leaves ends the source', async () => {
      const answer = await streamed('{ heldList(gate: 255, count: 3) @stream }')
      await until(async () => (await figures(server)).listsActive === 1, 'the source')
      answer.close()
      await rest(server)
    })
  })
}

describe('without @stream', () => {
  test('a source is one list, at its end', async () => {
    const { json } = await post(server.url, { query: '{ alphabet numbers(count: 3) probes(count: 2) { name } }' })
    assert.deepEqual(json, { data: { alphabet: ALPHABET, numbers: [0, 1, 2], probes: [{ name: 'probe p1' }, { name: 'probe p2' }] } })
  })

  test('its errors stand where they happened', async () => {
    const { json } = await post(server.url, { query: '{ brokenItems }' })
    assert.deepEqual(json, { errors: [broken(['brokenItems', 1])], data: { brokenItems: [1, null, 3] } })
    for (const [query, message] of [['{ brokenItemsHard }', BROKEN], ['{ brokenList }', 'Something went wrong.']]) {
      const { json: failed } = await post(server.url, { query })
      assert.equal(failed.data, null)
      assert.equal(failed.errors[0].message, message)
    }
    await rest(server)
  })

  test('who leaves ends the source', async () => {
    const abort = new AbortController()
    const pending = fetch(server.url, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json' }, body: '{"query":"{ heldList(gate: 255, count: 1) }"}', signal: abort.signal }).catch(() => {})
    await until(async () => (await figures(server)).listsActive === 1, 'the source')
    abort.abort()
    await pending
    await rest(server)
  })

  test('a client that takes JSON alone gets the whole list', async () => {
    for (const accept of ['application/json', 'application/graphql-response+json'])
      assert.deepEqual((await post(server.url, { query: '{ alphabet @stream(initialCount: 2) }' }, { accept })).json, { data: { alphabet: ALPHABET } })
  })
})

test('not on a field that is no list, in any type', async () => {
  const query = '{ fastField @stream }'
  const { status, text, json } = await post(server.url, { query })
  assert.equal(status, 200)
  assert.equal(json.errors[0].message, 'Directive "@stream" cannot be used on non-list field "Query.fastField".')
  for (const [accept, code, body] of [
    ['application/graphql-response+json', 400, text],
    ['multipart/mixed', 400, OPENING + rawPart(text) + CLOSING],
    ['text/event-stream', 200, EVENTS_OPENING + rawEvent(text) + EVENTS_CLOSING],
  ]) {
    const client = await connection(server)
    client.send(request(query, { accept }))
    assert.ok((await client.reads(body)).startsWith(`http/1.1 ${code} `), accept)
    client.close()
  }
})

test('a list that its asker may not see: the error and no parts', async () => {
  const guarded = await start('tests/wire/app', [], { JWT_SECRET: 'of this test' })
  const answer = await follow(guarded, '{ auctions @stream(initialCount: 1) { id } }')
  assert.equal(answer.first.errors[0].extensions.code, 'UNAUTHENTICATED')
  assert.equal(answer.first.data, null)
  assert.equal(answer.first.hasNext, undefined)
  assert.equal(await answer.told(), undefined)
  await guarded.stop()
})

testClients(CLIENTS.filter(({ noStream }) => !noStream), [], ({ gate, open, rest: nothingIsLeft, stats: now, plainly, watch }) => {
  test('a list grows, item by item', async () => {
    const held = gate()
    const { last } = watch(LIST, { gate: held })
    await until(() => last()?.data, 'the first part')
    assert.deepEqual(last().data, { heldList: [] })
    for (const whole of [[1], [1, 2], [1, 2, 3]]) {
      await open(held)
      await until(() => last().data.heldList.length === whole.length, `${whole}`)
      assert.deepEqual(last().data, { heldList: whole })
    }
    await nothingIsLeft()
  })

  test('the alphabet, to its end', async () => {
    const { results, last } = watch('query StreamAlphabet { alphabet @stream }')
    await until(() => last()?.data.alphabet.length === 26, 'the letters')
    for (const { data } of results) assert.deepEqual(data.alphabet, ALPHABET.slice(0, data.alphabet.length))
    await nothingIsLeft()
    assert.deepEqual(last(), { data: { alphabet: ALPHABET }, errors: undefined })
  })

  test('an array of objects', async () => {
    const { last } = watch('query Auctions { auctions @stream(initialCount: 1) { id title } }')
    await until(() => last()?.data.auctions.length === 5, 'all')
    assert.deepEqual(last().data, await plainly('{ auctions { id title } }'))
    await nothingIsLeft()
  })

  test('an item that fails', async () => {
    const { last } = watch('query Broken { brokenItems @stream(initialCount: 1) }')
    await until(() => last()?.data?.brokenItems.length === 3, 'all')
    assert.deepEqual(last().data, { brokenItems: [1, null, 3] })
    assert.equal(last().errors[0].message, BROKEN)
    await nothingIsLeft()
  })

  test('who leaves ends the source', async () => {
    const { results, stop } = watch(LIST, { gate: gate() })
    await until(() => results.length, 'the first part')
    await until(async () => (await now()).listsActive === 1, 'the source')
    stop()
    await nothingIsLeft()
  })
})

// It asks for `*/*` and overlooks items, whichever server sends them: who uses it asks for JSON.
test('Apollo Client 3 gets a whole list when it asks for JSON', async () => {
  const { ApolloClient, HttpLink, InMemoryCache, gql } = apollo3
  const client = new ApolloClient({ link: new HttpLink({ uri: server.url, fetch, headers: { accept: 'application/json' } }), cache: new InMemoryCache() })
  const { data } = await client.query({ query: gql('query StreamAlphabet { alphabet @stream }') })
  assert.deepEqual(data, { alphabet: ALPHABET })
  client.stop()
})
