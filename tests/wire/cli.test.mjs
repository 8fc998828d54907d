// The command line tool: what it prints, and its exit status.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { build, root } from './lib.mjs'

const program = path.join(build, 'bin/xylem')
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'xylem-cli-'))
const rooms = path.join(root, 'examples/realtime/graphql/*.graphql')

after(() => fs.rmSync(folder, { recursive: true }))

const xylem = (args, env = {}) => spawnSync(program, args, { encoding: 'utf8', cwd: folder, env: { ...process.env, ...env } })

// Writes files and checks them against the schema of the example.
function check(files, ...args) {
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text)
  return xylem(['check', '--schema', rooms, ...args, ...Object.keys(files)])
}

test('without a command it tells which there are', () => {
  const none = xylem([])
  assert.equal(none.status, 2)
  assert.match(none.stderr, /check .*\n[^]*generate types .*\n[^]*print-schema/)
  assert.equal(xylem(['nope']).status, 2)
  assert.equal(xylem(['--help']).status, 0)
  assert.match(xylem(['--version']).stdout, /^xylem \d/)
})

test('each command explains itself, wherever --help stands', () => {
  for (const args of [['check', '--help'], ['check', '--schema', 'x', '--help'], ['print-schema', '-h']]) {
    const { status, stdout } = xylem(args)
    assert.equal(status, 0)
    assert.match(stdout, new RegExp(`^usage: xylem ${args[0]} `))
  }
})

test('print-schema prints the schema that files make together', () => {
  const good = xylem(['print-schema', rooms])
  assert.equal(good.status, 0, good.stderr)
  assert.match(good.stdout, /^type Subscription \{/m)
  const bad = xylem(['print-schema', '/dev/null', 'no-such-file'])
  assert.equal(bad.status, 1)
  assert.match(bad.stderr, /no-such-file: No such file or directory/)
})

test('check is content with operations and fragments in several files', () => {
  const { status, stdout } = check({
    'fragment.graphql': 'fragment Parts on Message { from body }',
    'query.graphql': 'query Room { room(id: "1") { ...Parts } }\nsubscription New { newMessage(roomId: "1") { ...Parts } }',
  })
  assert.equal(stdout, 'no problems: 2 operations and 1 fragment in 2 files\n')
  assert.equal(status, 0)
})

test('check prints place, message and line', () => {
  const { status, stdout } = check({ 'query.graphql': 'query Room {\n\troom(id: "1") { boby }\n}\n' })
  assert.equal(stdout, [
    'query.graphql:2:18: Cannot query field "boby" on type "Message". Did you mean "body"?',
    '    \troom(id: "1") { boby }',
    '    \t                ^',
    '1 problem in 1 file',
    '',
  ].join('\n'))
  assert.equal(status, 1)
})

test('check holds all files together against each other', () => {
  const { status, stdout } = check({
    'a.graphql': 'query Same { room(id: 1) { from } }',
    'b.graphql': 'query Same { room(id: 1) { ...Missing } }\nfragment Unused on Message { from }',
  }, '--quiet')
  assert.equal(status, 1)
  assert.deepEqual(stdout.split('\n').filter((line) => /^\S/.test(line)), [
    'a.graphql:1:7: There can be only one operation named "Same".',
    'b.graphql:1:31: Unknown fragment "Missing".',
    'b.graphql:2:1: Fragment "Unused" is never used.',
  ])
  assert.match(stdout, /also at b\.graphql:1:7/)
})

test('check reports syntax errors alone: what follows from them would not be true', () => {
  const { stdout, status } = check({ 'a.graphql': 'query {', 'b.graphql': '{ nope }' })
  assert.match(stdout, /^a\.graphql:1:8: Syntax Error: Expected Name, found <EOF>\.\n {4}query \{\n {11}\^\n1 problem in 1 file\n$/)
  assert.equal(status, 1)
})

test('check reports what is wrong with the schema', () => {
  fs.writeFileSync(path.join(folder, 'bad.graphql'), 'type Query { a: Nope }\n')
  const { status, stdout } = xylem(['check', '--schema=bad.graphql'])
  assert.equal(stdout, 'bad.graphql:1:17: Unknown type "Nope".\n    type Query { a: Nope }\n                    ^\n1 problem in 1 file\n')
  assert.equal(status, 1)
  assert.equal(xylem(['check', '--schema', rooms]).stdout, 'no problems: a schema of 5 files\n')
})

test('check shows a part of a long line, and no control characters', () => {
  const fields = Array.from({ length: 50 }, (_, i) => `a${i}: room(id: 1) { from }`).join(' ')
  const { stdout } = check({ 'long.graphql': `{ ${fields} nope # \x1b[31m\n}` })
  const [, line, caret] = stdout.split('\n')
  assert.ok(line.length < 130)
  assert.equal(line.slice(caret.indexOf('^'), caret.indexOf('^') + 4), 'nope')
  assert.ok(!stdout.includes('\x1b'))
})

test('check tells of deprecated fields when it is asked to', () => {
  fs.writeFileSync(path.join(folder, 'old.graphql'), 'type Query { a: Int, old: Int @deprecated(reason: "Use a.") }\n')
  fs.writeFileSync(path.join(folder, 'use.graphql'), '{ old }')
  assert.equal(xylem(['check', '--schema', 'old.graphql', 'use.graphql']).status, 0)
  const { status, stdout } = xylem(['check', '--deprecated', '--schema', 'old.graphql', 'use.graphql'])
  assert.equal(status, 1)
  assert.match(stdout, /^use\.graphql:1:3: The field Query\.old is deprecated\. Use a\.\n/)
})

test('check exits with 2 when it cannot check', () => {
  for (const [args, message] of [
    [[], /which schema\?/],
    [['--schema'], /--schema needs a file or a pattern/],
    [['--nope'], /unknown option --nope/],
    [['--schema', 'missing.graphql'], /missing\.graphql: No such file or directory/],
    [['--schema', rooms, 'missing/*.graphql'], /missing\/\*\.graphql: No such file or directory/],
  ]) {
    const { status, stderr, stdout } = xylem(['check', ...args])
    assert.equal(status, 2)
    assert.match(stderr, message)
    assert.equal(stdout, '')
  }
})

const generate = (...args) => xylem(['generate', 'types', ...args])

test('generate types writes what is not up to date, and says so', () => {
  const app = path.join(folder, 'app')
  fs.mkdirSync(path.join(app, 'graphql'), { recursive: true })
  fs.writeFileSync(path.join(app, 'graphql/a.graphql'), 'type Query { a: Int @skipAuth }')
  fs.writeFileSync(path.join(app, 'graphql/b.graphql'), 'type Query { b: Int @skipAuth }')
  const here = (...args) => spawnSync(program, ['generate', 'types', ...args], { encoding: 'utf8', cwd: app })
  assert.equal(here().stdout, 'wrote gen/types.h\nwrote gen/types.c\n')
  assert.equal(here().stdout, '')
  const header = fs.readFileSync(path.join(app, 'gen/types.h'), 'utf8')
  assert.match(header, /int Query_a\(xy_call \*c, xy_maybe_int \*out\);/)
  assert.match(header, /int Query_b\(/)
  assert.equal(here('--prefix', 'my_', '--out', 'some/where', '--quiet').stdout, '')
  assert.match(fs.readFileSync(path.join(app, 'some/where/my_types.h'), 'utf8'), /int my_Query_a\(/)
})

test('generate types tells place, message and line of what it cannot use, and writes nothing', () => {
  fs.writeFileSync(path.join(folder, 'open.graphql'), 'type Query {\n  a: Int\n}\n')
  const { status, stderr } = generate('--sdl', 'open.graphql', '--out', 'nothing')
  assert.equal(status, 1)
  assert.equal(stderr, 'open.graphql:2:3: Query.a does not say who may use it: add @requireAuth, @skipAuth (for everyone) or a ' +
    'validator directive of your own.\n      a: Int\n      ^\n')
  assert.ok(!fs.existsSync(path.join(folder, 'nothing')))
})

test('generate types refuses a wrong command line', () => {
  for (const args of [['--sdl'], ['--nonsense', 'x'], ['--prefix', '1x'], ['--prefix', 'a b'], ['x']]) {
    const { status, stderr } = generate(...args)
    assert.equal(status, 2)
    assert.match(stderr, /what is it\?/)
  }
  assert.match(generate('--help').stdout, /^usage: xylem generate types /)
  assert.equal(generate('--sdl', 'no-such-file').status, 1)
})

test('what the generator alone reads is no problem of check, and not printed', () => {
  fs.writeFileSync(path.join(folder, 'later.graphql'), 'type Query { a: Int @later @requireAuth(roles: ["x"]) }')
  fs.writeFileSync(path.join(folder, 'q.graphql'), '{ a }')
  assert.equal(xylem(['check', '--schema', 'later.graphql', 'q.graphql']).status, 0)
  const { stdout } = xylem(['print-schema', 'later.graphql'])
  assert.match(stdout, /directive @requireAuth/)
  assert.doesNotMatch(stdout, /later/)
})
