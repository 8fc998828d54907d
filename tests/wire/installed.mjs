// Xylem as it is installed, in a folder of its own, and applications made with it: what a user has. XYLEM_ROOT names a root where it is
// installed already, say from Debian packages; else the build folder is installed below a scratch folder.
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { build } from './lib.mjs'

export const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'xylem-installed-'))
export const installed = process.env.XYLEM_ROOT ?? install()

function install() {
  const folder = path.join(scratch, 'root')
  execFileSync('meson', ['install', '-C', build, '--no-rebuild', '--quiet', '--destdir', folder], { stdio: ['ignore', 'ignore', 'inherit'] })
  return folder
}

export const find = (name, below = installed) => {
  const found = fs.readdirSync(below, { withFileTypes: true }).flatMap((entry) => {
    const at = path.join(below, entry.name)
    return entry.isDirectory() ? find(name, at) ?? [] : entry.name === name ? [at] : []
  })
  return found.length ? found : undefined
}

// What a compiler must be told when the library is built with a sanitizer.
function sanitized() {
  const file = path.join(build, 'meson-info/intro-buildoptions.json')
  const kind = process.env.XYLEM_ROOT ? 'none' : JSON.parse(fs.readFileSync(file)).find((o) => o.name === 'b_sanitize').value
  const flag = `-fsanitize=${kind}`
  return kind === 'none' ? {} : { CC: 'clang', CFLAGS: flag, LDFLAGS: flag }
}

const [pc] = find('xylem.pc')
const [program] = find('xylem').filter((file) => file.endsWith('bin/xylem'))

export const env = {
  ...process.env, ...sanitized(), TERM: 'dumb',
  PATH: `${path.dirname(program)}:${process.env.PATH}`,
  LD_LIBRARY_PATH: path.dirname(path.dirname(pc)),
  PKG_CONFIG_PATH: path.dirname(pc),
  PKG_CONFIG_SYSROOT_DIR: installed,
}

// One command in `cwd`, and how it ended.
export const run = (cwd, command, ...args) => spawnSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

// One command of xylem that goes well; what it printed.
export function xylem(cwd, ...args) {
  const { status, stdout, stderr } = run(cwd, 'xylem', ...args)
  assert.equal(status, 0, `xylem ${args.join(' ')}: ${stderr}${stdout}`)
  return stdout
}

// A new application; the folder where it is.
export function create(name) {
  const folder = fs.mkdtempSync(path.join(scratch, 'user-'))
  xylem(folder, 'new', name)
  return path.join(folder, name)
}

export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}

// A long command of xylem in an application, as `said(pattern)`: resolves at the next place of its output that matches, behind the last.
export function start(folder, ...args) {
  const child = spawn('xylem', args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  let output = '', seen = 0
  const waiting = new Set()
  const look = () => waiting.forEach((one) => one())
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { output += data; look() })
  ended.then(look)
  return {
    pid: child.pid, output: () => output,
    said: (pattern, ms = 60000) => new Promise((resolve, reject) => {
      const finish = (end) => { waiting.delete(check); clearTimeout(timer); end() }
      const check = () => {
        const found = pattern.exec(output.slice(seen))
        if (found) finish(() => { seen += found.index + found[0].length; resolve(found) })
        else if (child.exitCode !== null) finish(() => reject(new Error(`ended with ${child.exitCode} before it said ${pattern}:\n${output}`)))
      }
      const timer = setTimeout(() => finish(() => reject(new Error(`did not say ${pattern}:\n${output}`))), ms)
      waiting.add(check)
      check()
    }),
    async stop(signal = 'SIGINT') {
      child.kill(signal)
      const [code] = await ended
      return code
    },
  }
}
