// `xylem top`: a table for scripts, and a screen in a terminal.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { invalidate, publish, SECRET } from './admin.mjs'
import { build, start, subscribe, until } from './lib.mjs'

const program = path.join(build, 'bin/xylem')
const environment = { ...process.env, XYLEM_SECRET: SECRET, TERM: 'xterm', NO_COLOR: '' }

let server
const open = []
before(async () => {
  server = await start('tests/wire/app', ['--workers', '2'], { XYLEM_SECRET: SECRET })
  for (let i = 0; i < 6; i++) {
    open.push(await subscribe(server, { query: 'query Auctions @live { auctions { id title } }' }))
    open.push(await subscribe(server, { query: `query @live { auction(id: "${i}") { title } }` }))
  }
})
after(async () => {
  await Promise.all(open.map((stream) => stream.close()))
  await server.stop()
})

// Not spawnSync: this process may be the server.
async function top(args, env = {}) {
  const child = spawn(program, ['top', ...args], { env: { ...environment, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = '', stderr = ''
  child.stdout.on('data', (d) => (stdout += d))
  child.stderr.on('data', (d) => (stderr += d))
  const [status] = await once(child, 'close')
  return { status, stdout, stderr }
}

test('--once, and what is no terminal, get one table', async () => {
  for (const args of [['--once'], [], ['--no-color']]) {
    const { status, stdout, stderr } = await top(['--url', server.url, ...args])
    assert.equal(status, 0, stderr)
    assert.doesNotMatch(stdout, /\x1b/)
    const [totals, empty, heads, ...rows] = stdout.trimEnd().split('\n')
    assert.equal(totals, `${server.url}  workers 2  live queries 12  groups ${rows.length}  subscriptions 0`)
    assert.equal(empty, '')
    assert.match(heads, /^CLIENTS +BEHIND +RUNS +RESULTS +BYTES +EQUAL +KEYS +LAG +STATE +KIND +W +CAUSE +OPERATION$/)
    assert.equal(rows.filter((row) => /watching +live +[01] opened +Auctions$/.test(row)).length, rows.filter((row) => row.endsWith(' Auctions')).length)
    assert.equal(rows.reduce((sum, row) => sum + parseInt(row), 0), 12)
    // What stands in a column of numbers ends where its head ends.
    for (const row of rows) assert.match(row.slice(0, heads.indexOf('LAG') + 3), /^( +(\d+|\d+\.\dk)){7} +\d+ms$/)
  }
})

test('subscriptions are rows, too, with their topic', async () => {
  const stream = await subscribe(server, { query: 'subscription Room { newMessage(roomId: "7") { body } }' })
  const row = await until(async () => (await top(['--once', '--url', server.url])).stdout.split('\n').find((line) => line.endsWith(' Room')), 'the row')
  assert.match(row, /^ +1( +0){6} +0ms +idle +subscr +[01] never +Room$/)
  await publish(server, { topic: 'newMessage', id: '7', payload: { body: 'hello' } })
  await stream.next()
  assert.match((await top(['--once', '--url', server.url])).stdout, /^ +1 +0 +1 +1 +\d+ +0 +0 +0ms +idle +subscr +[01] newMessage:7 +Room$/m)
  await stream.close()
  await until(async () => !(await top(['--once', '--url', server.url])).stdout.includes('Room'), 'its end')
})

test('a URL with a slash behind it is the same', async () => {
  assert.equal((await top(['--once', `--url=${server.url}/`])).status, 0)
})

test('why there is nothing to see', async () => {
  const without = await start('tests/wire/app', [], { XYLEM_SECRET: undefined })
  const other = http.createServer((request, response) => response.end(request.url.startsWith('/json') ? '{"a":1}' : '<html>'))
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  const otherUrl = `http://127.0.0.1:${other.address().port}`
  for (const [url, env, wanted, message] of [
    [server.url, { XYLEM_SECRET: undefined }, 2, /secret is needed, in the environment: XYLEM_SECRET/],
    [server.url, { XYLEM_SECRET: '' }, 2, /secret is needed/],
    [server.url, { XYLEM_SECRET: 'another-secret-0123456789' }, 1, /refuses this secret/],
    [without.url, {}, 1, /the server has no secret set/],
    ['http://127.0.0.1:1/graphql', {}, 1, /http:\/\/127\.0\.0\.1:1\/graphql: .*[Cc]onnect/],
    ['file:///etc/passwd', {}, 1, /file:\/\/\/etc\/passwd: /],
    [otherUrl, {}, 1, /not that of a Xylem server/],
    [`${otherUrl}/json`, {}, 1, /not that of a Xylem server/],
  ]) {
    const { status, stdout, stderr } = await top(['--once', '--url', url], env)
    assert.match(stderr, message)
    assert.match(stderr, /^xylem top: /)
    assert.ok(!stderr.includes(SECRET))
    assert.equal(stdout, '')
    assert.equal(status, wanted, url)
  }
  other.close()
  await without.stop()
})

test('options', async () => {
  for (const args of [['--nope'], ['--url'], ['--interval'], ['--interval', '99'], ['--interval=x'], ['--interval', '99999999999999999999'], ['extra']]) {
    const { status, stderr } = await top(args)
    assert.equal(status, 2, args.join(' '))
    assert.match(stderr, /^xylem top: .*; xylem top --help tells more\n$/)
  }
  const help = await top(['--help'])
  assert.equal(help.status, 0)
  assert.match(help.stdout, /^usage: xylem top .*--interval/)
})

// A terminal of this size, in which `xylem top` runs; what it writes, and how it ends.
function terminal(args, { columns = 80, rows = 24, env = {} } = {}) {
  const command = `trap : INT; stty cols ${columns} rows ${rows}; before=$(stty -g); '${program}' top --url '${server.url}' --interval 100 ${args}; echo "status $?"; [ "$before" = "$(stty -g)" ] && echo restored`
  const child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...environment, SHELL: '/bin/sh', ...env }, stdio: ['pipe', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (d) => (text += d))
  return { type: (keys) => child.stdin.write(keys), text: () => text, end: once(child, 'close'), frames: () => text.split('\x1b[H').slice(1) }
}

const plain = (text) => text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')

async function expectEnd(shown) {
  await shown.end
  assert.match(shown.text(), /\x1b\[\?7h\x1b\[\?25h\x1b\[\?1049l/)
  assert.match(shown.text(), /status 0\r\n/)
  assert.match(shown.text(), /restored\r\n/)
}

test('a screen that is drawn anew, with rates, until q', async () => {
  const shown = terminal('', { columns: 132 })
  await until(() => shown.frames().length > 2, 'frames')
  const stop = setInterval(() => invalidate(server, { key: 'Query.auctions' }).catch(() => {}), 20)
  await until(() => shown.frames().some((frame) => /runs\/s [1-9]/.test(plain(frame))), 'runs')
  clearInterval(stop)
  assert.ok(shown.text().startsWith('\x1b[?1049h\x1b[?25l\x1b[?7l'))
  const frame = plain(shown.frames().find((f) => /runs\/s [1-9]/.test(plain(f)) && f.includes('\x1b[J')))
  const lines = frame.split('\n').map((line) => line.trimEnd())
  assert.match(lines[2], /RUNS\/S +RESULTS\/S +BYTES\/S +RUNS/)
  assert.match(lines[3], /Query\.auctions +Auctions$/)
  for (const line of lines) assert.ok(line.length <= 132)
  assert.match(shown.text(), /\x1b\[7m/)
  shown.type('q')
  await expectEnd(shown)
})

test('it fits a small terminal, and Ctrl-C ends it', async () => {
  const shown = terminal('--no-color', { columns: 40, rows: 9 })
  await until(() => shown.frames().length > 3, 'frames')
  shown.type('\x03')
  await expectEnd(shown)
  assert.doesNotMatch(shown.text(), /\x1b\[[0-9]*m/)
  for (const frame of shown.frames().slice(0, -1)) {
    const lines = plain(frame).trimEnd().split('\n').map((line) => line.trimEnd())
    assert.ok(lines.length <= 8, `${lines.length} lines`)
    assert.match(lines.at(-1), /^and \d+ more$/)
    for (const line of lines) assert.ok(line.length <= 40, line)
  }
})

test('NO_COLOR', async () => {
  const shown = terminal('--once', { env: { NO_COLOR: '1' } })
  await shown.end
  assert.match(shown.text(), /status 0/)
  assert.doesNotMatch(shown.text(), /\x1b\[[0-9]*m/)
})

test('a server that goes away is said to, and found again', async () => {
  const restarted = await start('tests/wire/app', [], { XYLEM_SECRET: SECRET })
  const shown = terminal(`--url '${restarted.url}'`)
  await until(() => shown.frames().length > 2, 'frames')
  await restarted.stop()
  await until(() => /[Cc]onnect/.test(plain(shown.frames().at(-1))), 'the problem')
  const again = await start('tests/wire/app', ['--port', String(restarted.port)], { XYLEM_SECRET: SECRET })
  await until(() => shown.frames().length && /^http/.test(plain(shown.frames().at(-1))), 'the table')
  shown.type('q')
  await expectEnd(shown)
  await again.stop()
})

test('nothing that a client writes moves the cursor', async () => {
  const stream = await subscribe(server, { query: 'query @live { auction(id: "\u001b[2J\u0007\u009b31m\u202e") { id } }'.replaceAll('\u001b', '\\u001b').replaceAll('\u0007', '\\u0007') })
  await stream.next()
  const { stdout } = await top(['--once', '--url', server.url])
  await stream.close()
  assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/)
})

test('xylem lists it', () => {
  assert.match(spawnSync(program, ['--help'], { encoding: 'utf8' }).stdout, /^ {2}top +watch/m)
})
