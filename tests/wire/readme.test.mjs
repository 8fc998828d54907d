// The answers in parts of the example's README: its commands, run as they stand, print what it shows, byte for byte.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { root, start } from './lib.mjs'

let server
before(async () => { server = await start('examples/realtime/realtime', [], { LETTER_MS: '10' }) })
after(() => server.stop())

// Each command in a ```sh block, and the block behind it; on the wire lines end with CR LF.
const readme = fs.readFileSync(path.join(root, 'examples/realtime/README.md'), 'utf8')
const shown = [...readme.matchAll(/```sh\n(.*?)```\n\n```\n(.*?)```\n/gs)].map(([, command, output]) => ({ command, output: `\r\n${output.replaceAll('\n', '\r\n')}` }))
const ELISION = '…\r\n'

// With another address; curl's own report of progress is switched off.
async function run(command) {
  const here = command.replace('http://127.0.0.1:8911/graphql', `-s ${server.url}`)
  assert.notEqual(here, command)
  return (await promisify(execFile)('sh', ['-c', here])).stdout
}

const letterPart = (letter, index) => {
  const json = `{"incremental":[{"items":["${letter}"],"path":["alphabet",${index}]}],"hasNext":true}`
  return `---\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${json.length}\r\n\r\n${json}\r\n`
}

test('it shows two', () => assert.equal(shown.length, 2))

test('@stream: the letters, of which it leaves out most', async () => {
  const { command, output } = shown.find((one) => one.command.includes('alphabet @stream'))
  const letters = [...'abcdefghijklmnopqrstuvwxyz'].map(letterPart)
  assert.equal(await run(command), output.replace(ELISION, letters.slice(2, 25).join('')))
})

test('@defer', async () => {
  const { command, output } = shown.find((one) => one.command.includes('@defer'))
  assert.ok(!output.includes(ELISION))
  assert.equal(await run(command), output)
})
