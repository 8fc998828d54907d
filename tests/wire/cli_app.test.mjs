// A new user, from an empty folder to a live query that updates; with what is installed and nothing else.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { after, test as within } from 'node:test'
import { createClient } from 'graphql-sse'
import { create, env, find, freePort, run, scratch, start, xylem } from './installed.mjs'
import { build, post, root } from './lib.mjs'

// What does not come fails its test.
const test = (name, fn) => within(name, { timeout: 120000 }, fn)

after(() => fs.rmSync(scratch, { recursive: true, force: true }))

const file = (...parts) => fs.readFileSync(path.join(...parts), 'utf8')
const write = (text, ...parts) => fs.writeFileSync(path.join(...parts), text)
const replace = (from, to, ...parts) => write(file(...parts).replace(from, to), ...parts)

// The data of an operation's results, one after another: `next()`.
function listen(url, query, options = {}) {
  const client = createClient({ url, retryAttempts: 50, retry: () => new Promise((resolve) => setTimeout(resolve, 20)), ...options })
  const iterator = client.iterate({ query })
  return { next: async () => (await iterator.next()).value?.data, close: () => { client.dispose(); return iterator.return?.() } }
}

async function dev(folder, ...args) {
  const url = `http://127.0.0.1:${await freePort()}/graphql`
  const command = start(folder, 'dev', '--port', new URL(url).port, ...args)
  return { ...command, url, query: async (query) => (await post(url, { query })).json }
}

test('new makes an application that says hello', async (t) => {
  const folder = create('shop')
  for (const name of ['meson.build', 'server.c', 'realtime.c', 'auth.c', 'README.md', '.gitignore', 'graphql/hello.graphql',
    'services/hello.c', 'subscriptions']) assert.ok(fs.existsSync(path.join(folder, name)), name)
  assert.ok(!fs.existsSync(path.join(folder, '.git')))
  assert.match(xylem(folder, 'build'), /built build\/server/)
  const server = start(folder, 'serve', '--port', '0')
  t.after(() => server.stop('SIGTERM'))
  const [, url] = await server.said(/listening on (\S+)/)
  assert.deepEqual((await post(url, { query: '{ hello(name: "you") }' })).json, { data: { hello: 'Hello, you!' } })
  const introspection = await post(url, { query: '{ __schema { queryType { name } } }' })
  assert.ok(introspection.json.errors, 'serve is production')
})

test('new and generate write over nothing that is there', () => {
  const folder = create('careful')
  const again = run(path.dirname(folder), 'xylem', 'new', 'careful')
  assert.equal(again.status, 1)
  assert.match(again.stderr, /careful is there already/)
  for (const name of ['9lives', 'a b', 'a/']) assert.equal(run(scratch, 'xylem', 'new', name).status, 2, name)

  xylem(folder, 'generate', 'realtime', 'Widget', '--type', 'liveQuery')
  assert.match(xylem(folder, 'generate', 'realtime', 'widgets', '-t', 'liveQuery'), /unchanged graphql\/widget\.graphql/)
  write('/* mine */\n', folder, 'services/widget.c')
  fs.rmSync(path.join(folder, 'graphql/widget.graphql'))
  const refused = run(folder, 'xylem', 'generate', 'realtime', 'Widget', '--type', 'liveQuery')
  assert.equal(refused.status, 1)
  assert.match(refused.stderr, /services\/widget\.c/)
  assert.ok(!fs.existsSync(path.join(folder, 'graphql/widget.graphql')), 'all or nothing')
  assert.equal(file(folder, 'services/widget.c'), '/* mine */\n')
  assert.match(xylem(folder, 'generate', 'realtime', 'Widget', '--type=liveQuery', '--force'), /rewritten services\/widget\.c/)

  write(`${file(folder, 'realtime.c')}/* mine */\n`, folder, 'realtime.c')
  assert.match(xylem(folder, 'setup', 'realtime', '--no-examples'), /kept +realtime\.c/)
  assert.match(file(folder, 'realtime.c'), /mine/)
  assert.match(file(folder, 'realtime.c'), /config->redis_url = getenv\("REDIS_URL"\);/)
  assert.match(xylem(folder, 'setup', 'realtime'), /realtime\.c chooses the store: memory, or Redis when REDIS_URL is set\./)
})

test('commands find the application from any folder in it, and say when there is none', () => {
  const folder = create('deep')
  assert.match(xylem(path.join(folder, 'services'), 'g', 'sdl', 'Post'), /created +graphql\/posts\.graphql/)
  for (const command of [['build'], ['dev'], ['serve'], ['setup', 'realtime'], ['generate', 'sdl', 'Post'], ['generate', 'service', 'Post'],
    ['generate', 'realtime', 'Post', '-t', 'liveQuery']]) {
    const { status, stderr } = run(scratch, 'xylem', ...command)
    assert.equal(status, 2, command.join(' '))
    assert.match(stderr, /there is no application here/)
  }
})

test('generate realtime asks for the type on a terminal, and takes the first by default', () => {
  const folder = create('asked')
  const answer = (text) => run(folder, 'sh', '-c', `printf '${text}' | script -qec 'xylem generate realtime Gadget' /dev/null`)
  assert.match(answer('\\n').stdout, /1 {2}liveQuery.*\r?\n.*2 {2}subscription[^]*Type \[1\]: [^]*created/)
  assert.match(file(folder, 'graphql/gadget.graphql'), /recentGadgets\(id: ID!\): Gadget /)
  fs.rmSync(path.join(folder, 'graphql/gadget.graphql'))
  fs.rmSync(path.join(folder, 'services/gadget.c'))
  answer('2\\n')
  assert.match(file(folder, 'graphql/gadget.graphql'), /listenToGadgetChannel/)
  const piped = run(folder, 'xylem', 'generate', 'realtime', 'Gadget')
  assert.equal(piped.status, 2)
  assert.match(piped.stderr, /--type is liveQuery or subscription/)
})

test('from an empty folder to a live query that updates', async (t) => {
  const folder = create('widgets')
  xylem(folder, 'setup', 'realtime')
  xylem(folder, 'generate', 'realtime', 'Widget', '--type', 'liveQuery')
  xylem(folder, 'generate', 'realtime', 'Gadget', '--type', 'subscription')
  const app = await dev(folder)
  t.after(() => app.stop())
  await app.said(/listening on/)

  const live = listen(app.url, 'query @live { recentWidgets(id: "1") { id title items { amount } largestWidgetItem { amount } } }')
  t.after(live.close)
  const first = { id: '1', title: 'First Widget', items: [], largestWidgetItem: null }
  assert.deepEqual(await live.next(), { recentWidgets: first })
  assert.deepEqual(await app.query('mutation { createWidgetItem(input: { widgetId: "1", amount: 100 }) { amount } }'),
    { data: { createWidgetItem: { amount: 100 } } })
  assert.deepEqual(await live.next(), { recentWidgets: { ...first, items: [{ amount: 100 }], largestWidgetItem: { amount: 100 } } })

  // What else was generated: a subscription, and the five examples.
  const channel = listen(app.url, 'subscription { listenToGadgetChannel(id: "1") { from body } }')
  t.after(channel.close)
  const event = channel.next()
  for (let heard = false; !heard;) {
    await app.query('mutation { publishToGadgetChannel(input: { id: "1", from: "ann", body: "hi" }) { body } }')
    heard = await Promise.race([event.then(() => true), new Promise((resolve) => setTimeout(resolve, 50))])
  }
  assert.deepEqual(await event, { listenToGadgetChannel: { from: 'ann', body: 'hi' } })
  const countdown = listen(app.url, 'subscription { countdown(from: 10, interval: 5) }')
  assert.deepEqual(await countdown.next(), { countdown: 5 })
  assert.deepEqual(await countdown.next(), { countdown: 0 })
  await countdown.close()
  assert.deepEqual(await app.query('{ fastField slowField(waitFor: 1) room(id: 1) { body } auction(id: 2) { title highestBid { amount } } }'),
    { data: { fastField: 'I am fast', slowField: 'I am slow', room: [], auction: { title: 'Lapel pin', highestBid: null } } })
  assert.deepEqual(await app.query('mutation { bid(input: { auctionId: 2, amount: 7 }) { amount } }'), { data: { bid: { amount: 7 } } })
  const letters = listen(app.url, '{ alphabet @stream(initialCount: 1) }')
  assert.deepEqual(await letters.next(), { alphabet: ['a'] })
  await letters.close()
})

test('what is generated for a model creates, updates and deletes, live', async (t) => {
  const folder = create('blog')
  xylem(folder, 'generate', 'sdl', 'BlogPost')
  const app = await dev(folder)
  t.after(() => app.stop())
  await app.said(/listening on/)
  const live = listen(app.url, 'query @live { blogPosts { id title } }')
  t.after(live.close)
  assert.deepEqual(await live.next(), { blogPosts: [] })
  await app.query('mutation { createBlogPost(input: { title: "one" }) { id } }')
  assert.deepEqual(await live.next(), { blogPosts: [{ id: '1', title: 'one' }] })
  await app.query('mutation { updateBlogPost(id: "1", input: { title: "two" }) { id } }')
  assert.deepEqual(await live.next(), { blogPosts: [{ id: '1', title: 'two' }] })
  assert.deepEqual(await app.query('mutation { deleteBlogPost(id: "1") { title } }'), { data: { deleteBlogPost: { title: 'two' } } })
  assert.deepEqual(await live.next(), { blogPosts: [] })
  assert.match((await app.query('mutation { deleteBlogPost(id: "1") { title } }')).errors[0].message, /no blogPost 1/)
})

test('dev: a change of SDL and C is built and served, and streams connect again', async (t) => {
  const folder = create('changing')
  const app = await dev(folder)
  t.after(() => app.stop())
  await app.said(/listening on/)
  const live = listen(app.url, 'query @live { hello }')
  t.after(live.close)
  assert.deepEqual(await live.next(), { hello: 'Hello, world!' })

  replace('Hello, ', 'Welcome, ', folder, 'services/hello.c')
  await app.said(/services\/hello\.c changed/)
  await app.said(/restarting/)
  assert.deepEqual(await live.next(), { hello: 'Welcome, world!' })

  // A file more: SDL first, whose resolver is missing, then the resolver.
  write('type Query {\n  answer: Int! @skipAuth\n}\n', folder, 'graphql/answer.graphql')
  await app.said(/Query\.answer has no resolver[^]*int Query_answer\(xy_call \*\w+, int32_t \*\w+\)/)
  await app.said(/the server from before goes on/)
  assert.deepEqual(await app.query('{ hello }'), { data: { hello: 'Welcome, world!' } })
  write('#include "gen/types.h"\n\nint Query_answer(xy_call *call, int32_t *out)\n{\n    (void)call;\n    *out = 42;\n    return XY_OK;\n}\n',
    folder, 'services/answer.c')
  await app.said(/restarting/)
  await app.said(/listening on/)
  assert.deepEqual(await app.query('{ answer }'), { data: { answer: 42 } })
})

test('dev: errors are shown, and the server from before goes on', async (t) => {
  const folder = create('broken')
  const app = await dev(folder)
  t.after(() => app.stop())
  await app.said(/listening on/)

  replace('XY_OK', 'XY_OKAY', folder, 'services/hello.c')
  const [error] = await app.said(/services\/hello\.c:\d+:\d+: error: .*XY_OKAY.*/)
  assert.match(error, /^services/, 'the path is as the user has it')
  await app.said(/the server from before goes on/)
  assert.deepEqual(await app.query('{ hello }'), { data: { hello: 'Hello, world!' } })

  replace('String!', 'Strin!', folder, 'graphql/hello.graphql')
  await app.said(/graphql\/hello\.graphql:\d+:\d+: Unknown type "Strin"/)
  assert.deepEqual(await app.query('{ hello }'), { data: { hello: 'Hello, world!' } })
  assert.ok(!/FAILED|ninja:|collect2/.test(app.output()), app.output())

  replace('Strin!', 'String!', folder, 'graphql/hello.graphql')
  replace('XY_OKAY', 'XY_OK', folder, 'services/hello.c')
  replace('Hello', 'Hi', folder, 'services/hello.c')
  await app.said(/listening on/)
  assert.deepEqual(await app.query('{ hello }'), { data: { hello: 'Hi, world!' } })
})

test('dev: a server that dies is told, and the next change starts it again', async (t) => {
  const folder = create('dying')
  const app = await dev(folder)
  t.after(() => app.stop())
  await app.said(/listening on/)
  replace('    *out =', '    if (xy_str_is(args->name, "bomb"))\n        __builtin_trap();\n    *out =', folder, 'services/hello.c')
  await app.said(/listening on/)
  await assert.rejects(app.query('{ hello(name: "bomb") }'))
  await app.said(/the server (was ended by|ended with)/)
  replace('Hello', 'Hi', folder, 'services/hello.c')
  await app.said(/listening on/)
  assert.deepEqual(await app.query('{ hello }'), { data: { hello: 'Hi, world!' } })
})

test('dev: Ctrl-C ends the server, too', async () => {
  const app = await dev(create('ending'))
  await app.said(/listening on/)
  assert.equal(await app.stop('SIGINT'), 0)
  const socket = net.connect(Number(new URL(app.url).port), '127.0.0.1')
  const [error] = await once(socket, 'error')
  assert.equal(error.code, 'ECONNREFUSED')
})

test('a token says who asks', async (t) => {
  const folder = create('signed')
  write('type Query {\n  me: String @requireAuth\n}\n', folder, 'graphql/me.graphql')
  write('#include "gen/types.h"\n\nint Query_me(xy_call *call, xy_str *out)\n{\n    *out = xy_user_id(call);\n    return XY_OK;\n}\n', folder, 'services/me.c')
  xylem(folder, 'build')
  const secret = xylem(folder, 'generate', 'secret').trim()
  const server = start(folder, 'serve', '--port', '0')
  t.after(() => server.stop('SIGTERM'))
  await server.said(/JWT_SECRET is not set: everyone is let in/)
  const [, unguarded] = await server.said(/listening on (\S+)/)
  assert.deepEqual((await post(unguarded, { query: '{ me }' })).json, { data: { me: null } })

  env.JWT_SECRET = secret
  t.after(() => delete env.JWT_SECRET)
  const other = start(folder, 'serve', '--port', '0')
  t.after(() => other.stop('SIGTERM'))
  const [, guarded] = await other.said(/listening on (\S+)/)
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: 'ann', exp: Math.floor(Date.now() / 1000) + 60 })}`
  const token = `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  assert.deepEqual((await post(guarded, { query: '{ me }' }, { authorization: `Bearer ${token}` })).json, { data: { me: 'ann' } })
  for (const headers of [{}, { authorization: `Bearer ${token}x` }]) assert.equal((await post(guarded, { query: '{ me }' }, headers)).json.errors[0].extensions.code, 'UNAUTHENTICATED')
})

test('generate service adds the resolvers that are missing', () => {
  const folder = create('stubs')
  write('type Query {\n  one: Int! @skipAuth\n  two(n: Int!): String @skipAuth\n}\n', folder, 'graphql/numbers.graphql')
  const missing = run(folder, 'xylem', 'build')
  assert.equal(missing.status, 1)
  assert.match(missing.stdout, /Query\.one has no resolver/)
  assert.match(missing.stdout, /Query\.two has no resolver/)
  assert.match(xylem(folder, 'generate', 'service', 'numbers'), /2 resolvers added to services\/numbers\.c/)
  xylem(folder, 'build')
  assert.match(xylem(folder, 'generate', 'service', 'Number'), /nothing to do/)
  const { status, stderr } = run(folder, 'xylem', 'generate', 'service', 'nope')
  assert.equal(status, 1)
  assert.match(stderr, /there is no graphql\/nope\.graphql/)
})

test('a program of one file compiles by pkg-config', () => {
  const folder = fs.mkdtempSync(path.join(scratch, 'plain-'))
  write('#include <xylem/xylem.h>\n#include <stdio.h>\nint main(void)\n{\n    puts(xy_version());\n    return 0;\n}\n', folder, 'main.c')
  const built = run(folder, 'sh', '-c', '${CC:-cc} $CFLAGS -Wall -Werror main.c $(pkg-config --cflags --libs xylem) $LDFLAGS -o main && ./main')
  assert.equal(built.status, 0, built.stderr)
  assert.equal(`xylem ${built.stdout}`, xylem(folder, '--version'))
})

if (!process.env.XYLEM_ROOT) {
  test('what was installed can be removed, and leaves no file', () => {
    const folder = path.join(scratch, 'removed')
    const count = () => run(scratch, 'find', folder, '!', '-type', 'd').stdout.split('\n').length - 1
    assert.equal(run(scratch, 'meson', 'install', '-C', build, '--no-rebuild', '--quiet', '--destdir', folder).status, 0)
    assert.ok(count() > 25)
    assert.equal(run(root, 'scripts/uninstall', build).status, 0)
    assert.equal(count(), 0)
    assert.ok(!find('xylem', folder))
  })
}

test('shells complete commands and options', () => {
  const complete = (...words) => run(scratch, 'bash', '-c',
    `source "$0"; COMP_WORDS=(${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _xylem; echo "\${COMPREPLY[@]}"`,
    find('xylem').find((name) => name.includes('bash-completion'))).stdout.trim().split(' ')
  assert.deepEqual(complete('xylem', 'ge'), ['generate'])
  assert.deepEqual(complete('xylem', 'generate', 's'), ['sdl', 'secret', 'service'])
  assert.deepEqual(complete('xylem', 'setup', 'realtime', '--'), ['--no-examples', '--force', '--help'])
  assert.deepEqual(complete('xylem', 'g', 'realtime', 'Widget', '--type', 'l'), ['liveQuery'])
  for (const shell of ['bash', 'zsh', 'fish']) assert.match(xylem(scratch, 'completion', shell), /no-examples/)
  assert.equal(run(scratch, 'xylem', 'completion', 'tcsh').status, 2)
})

test('the manual page has every command', () => {
  const commands = xylem(scratch, '--help').match(/^ {2}[a-z-]+( [a-z]+)?(?= {2})/gm).map((line) => line.trim())
  assert.ok(commands.length > 10)
  const page = find('xylem.1') ?? find('xylem.1.gz')
  assert.equal(page.length, 1)
  const manual = run(scratch, 'sh', '-c', 'zcat -f "$0"', page[0]).stdout
  for (const name of commands) assert.ok(manual.includes(`.SS xylem ${name}`), name)
  for (const name of commands) assert.match(xylem(scratch, ...name.split(' '), '--help'), new RegExp(`^usage: xylem ${name} `))
  assert.equal(xylem(scratch, 'help', 'generate', 'sdl'), xylem(scratch, 'generate', 'sdl', '--help'))
})

test('secrets are long, and no two alike', () => {
  const secrets = [xylem(scratch, 'generate', 'secret'), xylem(scratch, 'generate', 'secret')]
  for (const secret of secrets) assert.match(secret, /^[\w-]{43}\n$/)
  assert.notEqual(secrets[0], secrets[1])
})
