// The playground: what browsers and others get at the endpoint, and the page at work in a real browser.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import { ask, build, post, start, until } from './lib.mjs'

const BROWSER = process.env.CHROMIUM ?? '/usr/bin/chromium'
const HTML = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
// A browser beside other tests, on a slow machine, with a server under a sanitizer.
const PATIENCE_MS = 60000
const TABS = ['NewMessage', 'SendMessage', 'Countdown', 'GetCurrentAuctionBids', 'MakeBid', 'SlowAndFastFieldWithDefer', 'StreamAlphabet']

let server
before(async () => { server = await start('examples/realtime/realtime', [], { LETTER_MS: '100' }) })
after(() => server.stop())

const get = (headers = {}, options = {}, from = server) => ask(from, { headers: { accept: HTML, ...headers }, ...options })

// ---- by HTTP ----

test('a browser gets the page, others get GraphQL', async () => {
  const page = await get()
  assert.equal(page.status, 200)
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(page.headers['cache-control'], 'no-cache')
  assert.match(page.headers.vary, /\bAccept\b.*\bAccept-Encoding\b/)
  assert.equal(page.headers['x-content-type-options'], 'nosniff')
  assert.equal(page.headers['x-frame-options'], 'DENY')
  assert.equal(page.headers['referrer-policy'], 'no-referrer')
  assert.match(page.text, /<title>Xylem GraphQL Playground<\/title>/)

  for (const accept of ['*/*', 'application/json', 'application/json, text/html', 'text/html;q=0.5, application/json', 'text/event-stream'])
    assert.doesNotMatch((await get({ accept })).text, /<html/, accept)
  assert.equal((await post(server.url, { query: '{ room(id: "1") { from } }' }, { accept: HTML })).json.data.room.length, 0)
})

test('HEAD tells what GET would give', async () => {
  const whole = await get()
  const head = await get({}, { method: 'HEAD' })
  assert.equal(head.status, 200)
  assert.equal(head.text, '')
  assert.equal(head.headers.etag, whole.headers.etag)
  assert.equal(Number(head.headers['content-length']), Buffer.byteLength(whole.text))
})

test('who has the page is told so', async () => {
  const { headers: { etag } } = await get()
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await get({ 'if-none-match': known })
    assert.equal(again.status, 304, known)
    assert.equal(again.text, '')
    assert.equal(again.headers.etag, etag)
  }
  assert.equal((await get({ 'if-none-match': '"other"' })).status, 200)
})

test('the page is compressed, under a tag of its own', async () => {
  const plain = await get()
  for (const [coding, open] of [['gzip', gunzipSync], ['br', brotliDecompressSync]]) {
    const page = await get({ 'accept-encoding': coding })
    assert.equal(page.headers['content-encoding'], coding)
    assert.notEqual(page.headers.etag, plain.headers.etag)
    assert.ok(page.bytes.length < plain.bytes.length / 2, `${page.bytes.length} bytes by ${coding}`)
    assert.ok(open(page.bytes).equals(plain.bytes))
    assert.equal((await get({ 'accept-encoding': coding, 'if-none-match': page.headers.etag })).status, 304)
  }
})

test('the policy allows one script, and no other host', async () => {
  const policy = Object.fromEntries((await get()).headers['content-security-policy'].split('; ')
    .map((rule) => [rule.slice(0, rule.indexOf(' ')), rule.slice(rule.indexOf(' ') + 1)]))
  assert.equal(policy['default-src'], "'none'")
  assert.match(policy['script-src'], /^'sha256-[^' ]+'$/)
  assert.equal(policy['connect-src'], "'self'")
  assert.equal(policy['frame-ancestors'], "'none'")
  assert.doesNotMatch(JSON.stringify(policy), /https?:|\*|unsafe-eval/)
})

test('the tabs stand in the page, escaped for their place', async () => {
  const { text } = await get()
  const [, config] = /<script type="application\/json" id="xylem-config">(.*?)<\/script>/s.exec(text)
  assert.doesNotMatch(config, /[<>&\u2028\u2029]/)
  const { path: endpoint, tabs } = JSON.parse(config)
  assert.equal(endpoint, '/graphql')
  assert.match(tabs[0].query, /^query Welcome/m)
  assert.deepEqual(JSON.parse(tabs[0].variables), { roomId: '1' })
})

test('in production there is none, unless it is switched on', async () => {
  const without = await start('examples/realtime/realtime', ['--production'])
  try {
    const answer = await get({}, {}, without)
    assert.match(answer.headers['content-type'], /json/)
    assert.match(answer.text, /Must provide query string/)
  } finally {
    await without.stop()
  }
  const on = await start('tests/wire/app', ['--production'])
  try {
    assert.match((await get({}, {}, on)).text, /<title>Xylem GraphQL Playground/)
  } finally {
    await on.stop()
  }
})

// ---- in a browser ----

let browser
before(async () => {
  browser = await chromium.launch({ executablePath: BROWSER, timeout: PATIENCE_MS, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] })
})
after(() => browser?.close())

// What CodeMirror shows, and a way to write into it.
const read = (page, editor) => page.evaluate((at) => document.querySelector(`${at} .CodeMirror`)?.CodeMirror.getValue(), editor)
const write = (page, editor, text) =>
  page.evaluate(([at, value]) => document.querySelector(`${at} .CodeMirror`).CodeMirror.setValue(value), [editor, text])
const QUERY = '.graphiql-query-editor', HEADERS = '.graphiql-editor-tool .graphiql-editor:last-child', RESPONSE = '.result-window'

async function shown(page) {
  try {
    return JSON.parse(await read(page, RESPONSE))
  } catch {
    return undefined // nothing yet, or half of it
  }
}

const tabs = (page) => page.locator('.graphiql-tab-button').allTextContents()

// The editors follow their tab after the click, and what is known of the operation follows the editor: who executes
// before that executes what stood there.
async function openTab(page, title) {
  await page.locator('.graphiql-tab-button', { hasText: title }).click()
  await until(async () => (await read(page, QUERY))?.includes(title), `the query of ${title}`, PATIENCE_MS)
  await until(async () => (await page.evaluate(() => localStorage.getItem('graphiql:operationName'))) === title,
    `the name of ${title}`, PATIENCE_MS)
}

const pressButton = (page) => page.locator('.graphiql-execute-button').click()
const gauge = async (name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec((await ask(server, { path: '/metrics' })).text)[1])
const subscriptions = () => gauge('xylem_subscriptions')

// A page in a profile of its own; afterwards nothing may have gone to another host, and nothing been complained about.
async function withPage(name, work, { expected, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  const requests = [], complaints = []
  context.on('request', (request) => requests.push(request))
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  try {
    await work(page, requests)
    assert.deepEqual(complaints.filter((text) => !expected?.test(text)), [])
    const { origin } = new URL(server.url)
    assert.deepEqual(requests.map((request) => request.url()).filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('data:')), [])
  } finally {
    const folder = path.join(build, 'artifacts')
    mkdirSync(folder, { recursive: true })
    await page.screenshot({ path: path.join(folder, `playground-${name}.png`), timeout: 10000 }).catch(() => {})
    await context.close()
  }
}

async function open(page, address = server.url) {
  await page.goto(address)
  // Editors are there, and the schema, without which nothing is suggested or documented.
  await until(() => read(page, QUERY), 'the query editor', PATIENCE_MS)
  await page.locator('.graphiql-spin').waitFor({ state: 'detached' })
}

test('it opens with the tabs of the example, and runs a query', async () => {
  await withPage('query', async (page) => {
    await open(page)
    assert.equal(await page.title(), 'Xylem GraphQL Playground')
    assert.deepEqual(await tabs(page), ['Welcome', ...TABS])
    await pressButton(page)
    await until(async () => (await shown(page))?.data, 'the result', PATIENCE_MS)
    assert.deepEqual(await shown(page), { data: { room: [] } })
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
    await page.locator('.graphiql-doc-explorer').getByText('Subscription', { exact: true }).waitFor()
  })
})

test('a subscription shows what a mutation from outside sends, until it is stopped', async () => {
  await withPage('subscription', async (page) => {
    await open(page)
    await openTab(page, 'NewMessage')
    await pressButton(page)
    await until(async () => (await subscriptions()) === 1, 'the subscription', PATIENCE_MS)
    for (const body of ['hello', 'again']) {
      await post(server.url, { query: 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { body } }',
        variables: { input: { roomId: '1', from: 'Ann', body } } })
      await until(async () => (await shown(page))?.data?.newMessage.body === body, `the message ${body}`, PATIENCE_MS)
    }
    await pressButton(page)
    await until(async () => (await subscriptions()) === 0, 'the subscription to end', PATIENCE_MS)
    assert.deepEqual(await shown(page), { data: { newMessage: { from: 'Ann', body: 'again' } } })
  })
})

test('a countdown counts; another tab stops it', async () => {
  await withPage('countdown', async (page) => {
    await open(page)
    await openTab(page, 'Countdown')
    await pressButton(page)
    const seen = new Set()
    await until(async () => seen.add((await shown(page))?.data?.countdown).delete(undefined) || seen.size >= 3, 'three numbers', PATIENCE_MS)
    await openTab(page, 'Welcome')
    await until(async () => (await subscriptions()) === 0, 'the countdown to end', PATIENCE_MS)
    const numbers = [...seen].filter((n) => n !== undefined)
    assert.deepEqual(numbers, [...numbers].sort((a, b) => b - a))
  }, { colorScheme: 'dark' })
})

test('@defer: what is fast is shown before what is slow', async () => {
  await withPage('defer', async (page) => {
    await open(page)
    await openTab(page, 'SlowAndFastFieldWithDefer')
    await pressButton(page)
    await until(async () => (await shown(page))?.data, 'the first part', PATIENCE_MS)
    assert.deepEqual((await shown(page)).data, { fastField: 'I am fast' })
    await until(async () => (await shown(page))?.data?.slowField, 'the second part', PATIENCE_MS)
    assert.deepEqual((await shown(page)).data, { fastField: 'I am fast', slowField: 'I am slow' })
  })
})

test('@stream: a list grows; another tab stops it', async () => {
  await withPage('stream', async (page) => {
    const letters = async () => (await shown(page))?.data?.alphabet?.join('') ?? ''
    await open(page)
    await openTab(page, 'StreamAlphabet')
    await pressButton(page)
    const seen = new Set()
    await until(async () => seen.add(await letters()).size >= 3, 'three sizes of the list', PATIENCE_MS)
    for (const some of seen) assert.ok('abcdefghijklmnopqrstuvwxyz'.startsWith(some), some)
    await openTab(page, 'Welcome')
    await until(async () => (await gauge('xylem_runs')) === 0, 'the list to end', PATIENCE_MS)
  })
})

test('headers go with queries and with streams', async () => {
  await withPage('headers', async (page, requests) => {
    const sent = () => requests.filter((r) => r.method() === 'POST' && r.headers()['x-probe'] === 'yes').map((r) => r.headers().accept)
    await open(page)
    await page.getByRole('button', { name: 'Headers' }).click()
    for (const title of ['Welcome', 'NewMessage']) {
      await openTab(page, title)
      await write(page, HEADERS, '{ "x-probe": "yes" }')
      await pressButton(page)
      await until(() => sent().length, `a request of ${title}`, PATIENCE_MS)
      if (title === 'Welcome') await until(async () => (await shown(page))?.data, 'the result', PATIENCE_MS)
    }
    await until(() => sent().some((accept) => accept.startsWith('text/event-stream')), 'the stream', PATIENCE_MS)
    assert.ok(sent().some((accept) => accept.startsWith('application/graphql-response+json')))
    await pressButton(page)
    await until(async () => (await subscriptions()) === 0, 'the subscription to end', PATIENCE_MS)
  })
})

test('an error is shown as the server tells it', async () => {
  await withPage('error', async (page) => {
    const params = new URLSearchParams({ query: 'query Wrong($id: ID!) { room(id: $id) { nope } }', variables: '{"id":"1"}' })
    await open(page, `${server.url}?${params}`)
    assert.equal((await tabs(page))[0], 'Wrong')
    await pressButton(page)
    await until(async () => (await shown(page))?.errors, 'the error', PATIENCE_MS)
    assert.match((await shown(page)).errors[0].message, /Cannot query field "nope" on type "Message"/)
  }, { expected: /status of 400/ })
})

test('tabs of the user survive, and the address adds one', async () => {
  await withPage('tabs', async (page) => {
    await open(page)
    await write(page, QUERY, 'query Mine { room(id: "mine") { body } }')
    const stored = () => page.evaluate(() => localStorage.getItem('graphiql:tabState'))
    await until(async () => (await stored())?.includes('query Mine'), 'the tab to be stored', PATIENCE_MS)
    await until(async () => (await page.evaluate(() => localStorage.getItem('graphiql:query')))?.includes('query Mine'), 'the query to be stored', PATIENCE_MS)
    await page.reload()
    await until(() => read(page, QUERY), 'the query editor', PATIENCE_MS)
    assert.match(await read(page, QUERY), /query Mine/)
    assert.deepEqual(await tabs(page), ['Mine', ...TABS])

    await open(page, `${server.url}?query=${encodeURIComponent('query FromAddress { room(id: "x") { from } }')}`)
    assert.deepEqual(await tabs(page), ['Mine', ...TABS, 'FromAddress'])
    assert.match(await read(page, QUERY), /query FromAddress/)
    assert.equal(new URL(page.url()).search, '')
  })
})
