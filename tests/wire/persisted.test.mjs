// Documents that are named by their hash: Apollo's and urql's automatic persisted queries, trusted documents, and every way to get it wrong.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Client, fetchExchange } from '@urql/core'
import { persistedExchange } from '@urql/exchange-persisted'
import apollo3 from 'apollo3/core/core.cjs'
import apollo3persisted from 'apollo3/link/persisted-queries/persisted-queries.cjs'
import * as apollo4 from 'apollo4'
import * as apollo4persisted from 'apollo4/link/persisted-queries'
import { getIntrospectionQuery } from 'graphql'
import { build, post, start, stats, subscribe } from './lib.mjs'

const RESPONSE = 'application/graphql-response+json'
const sha256 = (text) => createHash('sha256').update(text).digest('hex')
const named = (sha256Hash, version = 1) => ({ extensions: { persistedQuery: { version, sha256Hash } } })
const get = async (server, params, headers = {}) => {
  const texts = Object.entries(params).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)])
  const response = await fetch(`${server.url}?${new URLSearchParams(texts)}`, { headers: { accept: 'application/json', 'apollo-require-preflight': '1', ...headers } })
  return { status: response.status, json: await response.json() }
}
const error = (message, code) => ({ errors: [{ message, ...(code && { extensions: { code } }) }] })
const NOT_FOUND = error('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND')
const NOT_SUPPORTED = error('PersistedQueryNotSupported', 'PERSISTED_QUERY_NOT_SUPPORTED')
const MISMATCH = error('provided sha does not match query', 'PERSISTED_QUERY_HASH_MISMATCH')
const ONLY = error('PersistedQueryOnly', 'PERSISTED_QUERY_ONLY')

// Every request that a client makes, as [method, had a document].
const recording = () => {
  const seen = []
  const recorded = (url, options) => {
    const method = options.method ?? 'GET'
    const text = method === 'GET' ? new URL(url).searchParams.get('query') : JSON.parse(options.body).query
    seen.push([method, Boolean(text)])
    return fetch(url, options)
  }
  return { seen, fetch: recorded }
}

describe('automatic persisted queries', () => {
  let server
  before(async () => { server = await start() })
  after(() => server.stop())

  test('not known, registered, known: by POST', async () => {
    const query = '{ a: fastField }'
    const data = { data: { a: 'I am fast' } }
    for (const accept of ['application/json', RESPONSE]) {
      const answer = await post(server.url, named(sha256('{ never: fastField }')), { accept })
      assert.deepEqual([answer.status, answer.json], [200, NOT_FOUND])
    }
    assert.deepEqual((await post(server.url, { query, ...named(sha256(query)) })).json, data)
    for (let i = 0; i < 3; i++) assert.deepEqual((await post(server.url, named(sha256(query)))).json, data)
    assert.deepEqual((await post(server.url, named(sha256(query).toUpperCase()))).json, data)
    assert.deepEqual((await post(server.url, { documentId: `sha256:${sha256(query)}` })).json, data)
    assert.deepEqual((await get(server, { documentId: sha256(query) })).json, data)
  })

  test('and by GET, with variables and an operation name', async () => {
    const query = 'query A($text: String) { echo(text: $text) } query B { fastField }'
    const hash = named(sha256(query))
    assert.deepEqual((await get(server, hash)).json, NOT_FOUND)
    assert.deepEqual((await get(server, { ...hash, query, operationName: 'B' })).json, { data: { fastField: 'I am fast' } })
    for (const text of ['x', 'y']) {
      const answer = await get(server, { ...hash, operationName: 'A', variables: { text } })
      assert.deepEqual(answer.json, { data: { echo: `{"text":"${text}"}` } })
    }
  })

  test('a subscription by its hash', async () => {
    const query = 'subscription { countdown(from: 1, interval: 1) }'
    const headers = { 'auth-provider': 'test', authorization: 'Bearer u1' }
    await (await subscribe(server, { query, ...named(sha256(query)) }, headers)).close()
    const stream = await subscribe(server, named(sha256(query)), headers)
    assert.equal((await stream.next()).event, 'next')
    await stream.close()
  })

  test('a mutation by GET is refused by its hash, too', async () => {
    const query = 'mutation { invalidate(keys: ["x"]) }'
    assert.deepEqual((await post(server.url, { query, ...named(sha256(query)) })).json, { data: { invalidate: 1 } })
    assert.equal((await get(server, named(sha256(query)))).status, 405)
  })

  test('what is not valid is not remembered', async () => {
    for (const query of ['{ nonsense }', '{ fastField', `{ ${'probe { child { '.repeat(5)} id ${'} }'.repeat(5)} }`]) {
      assert.ok((await post(server.url, { query, ...named(sha256(query)) })).json.errors)
      assert.deepEqual((await post(server.url, named(sha256(query)))).json, NOT_FOUND)
    }
  })

  test('nobody can give a hash another meaning', async () => {
    const query = '{ b: fastField }'
    for (let i = 0; i < 2; i++) {
      const answer = await post(server.url, { query: '{ evil: fastField }', ...named(sha256(query)) })
      assert.deepEqual([answer.status, answer.json], [400, MISMATCH])
      assert.deepEqual((await post(server.url, named(sha256(query)))).json, NOT_FOUND)
    }
    assert.deepEqual((await post(server.url, { query, documentId: 'some-name' })).json, MISMATCH)
  })

  const wrong = [
    ['another version', named('x', 2), 'Unsupported persisted query version'],
    ['no version', { extensions: { persistedQuery: { sha256Hash: sha256('') } } }, 'Unsupported persisted query version'],
    ['no hash', { extensions: { persistedQuery: { version: 1 } } }, 'Expected "extensions.persistedQuery.sha256Hash" to be a string.'],
    ['a number for a hash', named(5), 'Expected "extensions.persistedQuery.sha256Hash" to be a string.'],
    ['an empty hash', named(''), 'Expected "extensions.persistedQuery.sha256Hash" to be a string.'],
    ['no object', { extensions: { persistedQuery: 'x' } }, 'Expected "extensions.persistedQuery" to be an object, as {"version": 1, "sha256Hash": "…"}.'],
    ['a number for a documentId', { documentId: 5 }, 'Expected "documentId" param to be a string, but given number.'],
  ]
  for (const [name, body, message] of wrong) {
    test(`${name}: 400`, async () => {
      for (const query of [undefined, '{ fastField }']) {
        const answer = await post(server.url, { query, ...body })
        assert.deepEqual([answer.status, answer.json], [400, error(message)])
      }
    })
  }

  test('neither document nor hash', async () => {
    for (const body of [{}, { documentId: '' }, { extensions: {} }, { extensions: { persistedQuery: null } }])
      assert.deepEqual((await post(server.url, body)).json, error('Must provide query string.'))
  })

  test('a hash that is none, or of nothing', async () => {
    for (const hash of ['x', sha256('').slice(1), `${sha256('')}0`, 'z'.repeat(64), '../../etc/passwd', '\u0000'.repeat(64)])
      assert.deepEqual((await post(server.url, named(hash))).json, NOT_FOUND)
  })

  const apollos = [
    ['Apollo Client 3', apollo3, apollo3persisted.createPersistedQueryLink],
    ['Apollo Client 4', apollo4, (options) => new apollo4persisted.PersistedQueryLink(options)],
  ]
  for (const [name, { ApolloClient, HttpLink, InMemoryCache, gql }, createLink] of apollos) {
    for (const useGETForHashedQueries of [false, true]) {
      test(`${name}, ${useGETForHashedQueries ? 'GET' : 'POST'}: the document travels once`, async () => {
        const { seen, fetch } = recording()
        const client = new ApolloClient({
          link: createLink({ sha256, useGETForHashedQueries }).concat(new HttpLink({ uri: server.url, fetch, headers: { 'apollo-require-preflight': '1' } })),
          cache: new InMemoryCache(),
        })
        const query = gql(`query Q${name.at(-1)}${useGETForHashedQueries} { fastField }`)
        for (let i = 0; i < 3; i++) assert.equal((await client.query({ query, fetchPolicy: 'no-cache' })).data.fastField, 'I am fast')
        const hashed = [useGETForHashedQueries ? 'GET' : 'POST', false]
        assert.deepEqual(seen, [hashed, ['POST', true], hashed, hashed])
        client.stop()
      })
    }
  }

  for (const preferGetForPersistedQueries of [false, true]) {
    test(`urql, ${preferGetForPersistedQueries ? 'GET' : 'POST'}: the document travels once`, async () => {
      const { seen, fetch } = recording()
      const client = new Client({
        url: server.url, fetch, preferGetMethod: false,
        fetchOptions: { headers: { 'apollo-require-preflight': '1' } },
        exchanges: [persistedExchange({ preferGetForPersistedQueries, generateHash: async (text) => sha256(text) }), fetchExchange],
      })
      const query = `query U${preferGetForPersistedQueries} { fastField }`
      for (let i = 0; i < 3; i++) {
        const answer = await client.query(query, {}, { requestPolicy: 'network-only' }).toPromise()
        assert.equal(answer.data?.fastField, 'I am fast', String(answer.error))
      }
      assert.deepEqual(seen.map(([, text]) => text), [false, true, false, false])
      assert.equal(seen[0][0], preferGetForPersistedQueries ? 'GET' : 'POST')
    })
  }
})

describe('switched off', () => {
  let server
  before(async () => { server = await start('tests/wire/app', ['--persisted-bytes', '0']) })
  after(() => server.stop())

  test('a hash is refused, with or without its document', async () => {
    const query = '{ fastField }'
    for (const body of [named(sha256(query)), { query, ...named(sha256(query)) }, { documentId: 'x' }]) {
      const answer = await post(server.url, body)
      assert.deepEqual([answer.status, answer.json], [200, NOT_SUPPORTED])
    }
    assert.deepEqual((await post(server.url, { query })).json, { data: { fastField: 'I am fast' } })
  })

  test('Apollo Client goes on without', async () => {
    const { seen, fetch } = recording()
    const { ApolloClient, HttpLink, InMemoryCache, gql } = apollo3
    const client = new ApolloClient({
      link: apollo3persisted.createPersistedQueryLink({ sha256 }).concat(new HttpLink({ uri: server.url, fetch })),
      cache: new InMemoryCache(),
    })
    for (let i = 0; i < 2; i++) assert.equal((await client.query({ query: gql('{ fastField }'), fetchPolicy: 'no-cache' })).data.fastField, 'I am fast')
    assert.deepEqual(seen, [['POST', false], ['POST', true], ['POST', true]])
    client.stop()
  })
})

test('a flood of documents stays within its bytes, and the newest are there', async () => {
  const server = await start('tests/wire/app', ['--persisted-bytes', '20000'])
  try {
    const text = (i) => `query Q${i} { fastField # ${'x'.repeat(500)}\n}`
    for (let i = 0; i < 100; i++) assert.ok((await post(server.url, { query: text(i), ...named(sha256(text(i))) })).json.data)
    let known = 0
    for (let i = 0; i < 100; i++) known += (await post(server.url, named(sha256(text(i))))).json.data ? 1 : 0
    assert.ok(known > 5 && known <= 40, `${known} are known`)
    assert.ok((await post(server.url, named(sha256(text(99))))).json.data)
    const large = `{ fastField # ${'x'.repeat(15000)}\n}`
    assert.ok((await post(server.url, { query: large, ...named(sha256(large)) })).json.data, 'executed, though not remembered')
    assert.deepEqual((await post(server.url, named(sha256(large)))).json, NOT_FOUND)
  } finally { await server.stop() }
})

describe('trusted documents', () => {
  const query = 'query Fast { fastField }'
  const echo = 'query Echo($text: String) { echo(text: $text) }'
  const feed = 'mutation { invalidate(keys: ["x"]) }'
  const fast = { data: { fastField: 'I am fast' } }
  let folder
  const file = async (content) => {
    const name = path.join(folder, `${sha256(JSON.stringify(content)).slice(0, 8)}.json`)
    await writeFile(name, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
    return name
  }
  before(async () => { folder = await mkdtemp(path.join(os.tmpdir(), 'trusted-')) })
  after(() => rm(folder, { recursive: true }))

  describe('and no others', () => {
    let server
    before(async () => {
      const store = await file({ [sha256(query)]: query, [sha256(echo)]: echo, mutate: feed })
      server = await start('tests/wire/app', ['--trusted-documents', store, '--trusted-only'])
    })
    after(() => server.stop())

    test('by hash, by name, by POST and GET', async () => {
      assert.deepEqual((await post(server.url, named(sha256(query)))).json, fast)
      assert.deepEqual((await post(server.url, { documentId: `sha256:${sha256(query)}` })).json, fast)
      assert.deepEqual((await get(server, named(sha256(query)))).json, fast)
      assert.deepEqual((await get(server, { documentId: sha256(query) })).json, fast)
      assert.deepEqual((await post(server.url, { ...named(sha256(echo)), variables: { text: 'x' } })).json, { data: { echo: '{"text":"x"}' } })
      assert.deepEqual((await post(server.url, { documentId: 'mutate' })).json, { data: { invalidate: 1 } })
      assert.deepEqual((await post(server.url, named('mutate'))).json, { data: { invalidate: 1 } })
      assert.deepEqual((await post(server.url, named(sha256(feed)))).json, { data: { invalidate: 1 } })
      assert.equal((await get(server, { documentId: 'mutate' })).status, 405)
    })

    test('a text is refused, unless it is trusted itself', async () => {
      for (const text of ['{ fastField }', getIntrospectionQuery(), '{', `${query} `]) {
        for (const [accept, status] of [['application/json', 200], [RESPONSE, 400]]) {
          const answer = await post(server.url, { query: text }, { accept })
          assert.deepEqual([answer.status, answer.json], [status, ONLY])
        }
        assert.deepEqual((await post(server.url, { query: text, ...named(sha256(text)) })).json, ONLY)
        assert.deepEqual((await post(server.url, named(sha256(text)))).json, NOT_FOUND)
      }
      assert.deepEqual((await post(server.url, { query })).json, fast)
      assert.deepEqual((await post(server.url, { query, ...named(sha256(query)) })).json, fast)
      assert.deepEqual((await post(server.url, { query, ...named(sha256(echo)) })).json, MISMATCH)
    })

    test('the document cache does not matter', async () => {
      const { documentEntries } = await stats(server)
      for (let i = 0; i < 5; i++) assert.deepEqual((await post(server.url, { ...named(sha256(query)), variables: { i } })).json, fast)
      assert.equal((await stats(server)).documentEntries, documentEntries)
    })

    test('Redwood: Apollo Client with the hash that codegen left in the document', async () => {
      const { ApolloClient, HttpLink, InMemoryCache, gql } = apollo3
      const { seen, fetch } = recording()
      const client = new ApolloClient({
        link: apollo3persisted.createPersistedQueryLink({ generateHash: (document) => document.__meta__.hash })
          .concat(new HttpLink({ uri: server.url, fetch })),
        cache: new InMemoryCache(),
      })
      const document = { ...gql(query), __meta__: { hash: sha256(query) } }
      assert.deepEqual((await client.query({ query: document, fetchPolicy: 'no-cache' })).data.fastField, 'I am fast')
      assert.deepEqual(seen, [['POST', false]])
      client.stop()
    })
  })

  test('and others, too: with automatic persisted queries', async () => {
    const server = await start('tests/wire/app', ['--trusted-documents', await file({ [sha256(query)]: query })])
    try {
      const other = '{ other: fastField }'
      assert.deepEqual((await post(server.url, named(sha256(query)))).json, fast)
      assert.deepEqual((await post(server.url, named(sha256(other)))).json, NOT_FOUND)
      assert.ok((await post(server.url, { query: other, ...named(sha256(other)) })).json.data)
      assert.ok((await post(server.url, named(sha256(other)))).json.data)
    } finally { await server.stop() }
  })

  test('and others, without automatic persisted queries', async () => {
    const server = await start('tests/wire/app', ['--persisted-bytes', '0', '--trusted-documents', await file({ [sha256(query)]: query })])
    try {
      const other = '{ other: fastField }'
      assert.deepEqual((await post(server.url, named(sha256(query)))).json, fast)
      assert.ok((await post(server.url, { query: other, ...named(sha256(other)) })).json.data)
      assert.deepEqual((await post(server.url, named(sha256(other)))).json, NOT_FOUND)
    } finally { await server.stop() }
  })

  test('as codegen writes it since its hashes have a prefix', async () => {
    const server = await start('tests/wire/app', ['--trusted-documents', await file({ [`sha256:${sha256(query)}`]: query }), '--trusted-only'])
    try {
      for (const body of [named(`sha256:${sha256(query)}`), named(sha256(query)), { documentId: `sha256:${sha256(query)}` }])
        assert.deepEqual((await post(server.url, body)).json, fast)
    } finally { await server.stop() }
  })

  test("Apollo's manifest", async () => {
    const operations = [{ id: sha256(query), name: 'Fast', type: 'query', body: query }, { id: 'e', name: 'Echo', type: 'query', body: echo }]
    const store = await file({ format: 'apollo-persisted-query-manifest', version: 1, operations })
    const server = await start('tests/wire/app', ['--trusted-documents', store, '--trusted-only'])
    try {
      assert.deepEqual((await post(server.url, named(sha256(query)))).json, fast)
      assert.deepEqual((await post(server.url, { documentId: 'e' })).json, { data: { echo: '{}' } })
    } finally { await server.stop() }
  })

  const broken = [
    ['no JSON', '{\n  "a": nonsense\n}', /^FILE:2:8: expected a value$/m],
    ['no object', '[]', /^FILE: expected an object/m],
    ['no text', { a: 5 }, /^FILE: a: the text of a document must be a string$/m],
    ['a hash of another text', { [sha256('x')]: query }, /^FILE: 2d711642b726[0-9a-f]*: this is not the SHA-256 of the document's text\./m],
    ['a syntax error', { a: '{\n  fastField' }, /^FILE: a:2:12: Syntax Error: Expected Name, found <EOF>\.$/m],
    ['what the schema does not have', { a: query, b: 'query B {\n  nonsense\n}' }, /^FILE: b:2:3: Cannot query field "nonsense" on type "Query"\.$/m],
    ['too deep', { a: `{ ${'probe { child { '.repeat(5)} id ${'} }'.repeat(5)} }` }, /^FILE: a:.*Query depth limit of 6 exceeded/m],
    ['an empty id', { '': query }, /^FILE: a document's id is the empty string$/m],
    ['a manifest of another version', { format: 'apollo-persisted-query-manifest', version: 2 }, /^FILE: a manifest needs "version": 1/m],
    ['a manifest without body', { format: 'apollo-persisted-query-manifest', version: 1, operations: [{ id: 'x' }] }, /^FILE: operations\[0\]: "id" and "body" must be strings$/m],
    ['many problems', Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`d${i}`, `{ n${i} }`])), /^FILE: … and 30 problems more$/m],
  ]
  const refusedWith = (args) => new Promise((resolve) => {
    execFile(path.join(build, 'tests/wire/app'), ['--port', '0', ...args], { timeout: 20000 }, (failure, out, err) => resolve({ code: failure?.code, out, err }))
  })
  for (const [name, content, message] of broken) {
    test(`no start with ${name}`, async () => {
      const store = await file(content)
      const { code, out, err } = await refusedWith(['--trusted-documents', store])
      assert.equal(code, 1)
      assert.equal(out, '')
      assert.match(err.replaceAll(store, 'FILE'), message)
      assert.match(err.replaceAll(store, 'FILE'), /^FILE: not served: every trusted document must fit the schema$/m)
    })
  }

  test('no start without the file, nor with --trusted-only alone', async () => {
    const { code, err } = await refusedWith(['--trusted-documents', path.join(folder, 'nowhere.json')])
    assert.equal(code, 1)
    assert.match(err, /nowhere\.json: No such file or directory$/m)
    assert.match((await refusedWith(['--trusted-only'])).err, /--trusted-documents FILE/)
  })
})
