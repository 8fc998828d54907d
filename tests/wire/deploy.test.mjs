// The files in deploy/ are what the programs that read them understand, and agree with the server. tests/wire/nginx.test.mjs runs nginx.conf.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { build, root } from './lib.mjs'

const folder = mkdtempSync(path.join(os.tmpdir(), 'deploy-'))
after(() => rmSync(folder, { recursive: true }))

const file = (name) => readFileSync(path.join(root, 'deploy', name), 'utf8')
const has = (...command) => spawnSync(command[0], command.slice(1)).status === 0
const drainSeconds = Number(/\.drain_ms = (\d+)/.exec(readFileSync(path.join(root, 'src/server/config.c'), 'utf8'))[1]) / 1000
// The options that the server has.
const help = spawnSync(path.join(build, 'tests/wire/app'), ['--help'], { encoding: 'utf8' }).stdout
const known = (words, where) => { for (const [option] of words.matchAll(/(?<![\w-])--[a-z-]+/g)) assert.ok(help.includes(`  ${option} `), `${where}: ${option}`) }

test('the units of systemd', { skip: !has('systemd-analyze', '--version') && 'systemd is not installed' }, () => {
  for (const [name, unit] of [['xylem.service', 'app.service'], ['xylem@.service', 'app@8911.service']]) {
    writeFileSync(path.join(folder, unit), file(name).replaceAll('/opt/app/server', '/bin/true').replaceAll('/usr/bin/curl', '/bin/true'))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path.join(folder, unit)], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    assert.doesNotMatch(stderr, new RegExp(unit), 'no warning')
  }
})

test('a unit gives the server time to drain, and options that there are', () => {
  for (const name of ['xylem.service', 'xylem@.service']) {
    const text = file(name)
    assert.ok(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)[1]) > drainSeconds)
    known(/^ExecStart=(.*)$/m.exec(text)[1], name)
    for (const line of ['DynamicUser=yes', 'ProtectSystem=strict', 'NoNewPrivileges=yes', 'Restart=on-failure', 'KillSignal=SIGTERM']) assert.match(text, new RegExp(`^${line}$`, 'm'), name)
  }
})

test('the Dockerfile copies what there is, and starts the server as nobody', () => {
  const text = file('Dockerfile')
  const lines = text.split('\n').filter((line) => line && !line.startsWith('#'))
  const last = lines.slice(lines.map((line) => line.startsWith('FROM ')).lastIndexOf(true))
  const stages = [...text.matchAll(/^FROM (\S+)(?: AS (\w+))?$/gm)].map(([, from, name]) => ({ from, name }))
  for (const { from } of stages) assert.ok(['debian:bookworm-slim', 'scratch', ...stages.map(({ name }) => name)].includes(from), from)
  for (const [, stage] of text.matchAll(/^COPY --from=(\w+)/gm)) assert.ok(stages.some(({ name }) => name === stage), stage)
  for (const [, script, option] of text.matchAll(/(scripts\/[a-z-]+) (--\w+)/g)) assert.ok(readFileSync(path.join(root, script), 'utf8').includes(option), script)
  assert.match(last.join('\n'), /^USER \d+:\d+$/m)
  assert.match(last.join('\n'), /^STOPSIGNAL SIGTERM$/m)
  const words = (instruction) => JSON.parse(new RegExp(`^${instruction} (?:--\\S+ |CMD )*(\\[.*\\])$`, 'm').exec(last.join('\n'))[1])
  assert.equal(words('ENTRYPOINT')[0], '/usr/local/bin/server')
  known([...words('ENTRYPOINT'), ...words('CMD')].join(' '), 'Dockerfile')
  assert.equal(words('HEALTHCHECK').at(-1), 'http://127.0.0.1:8911/graphql/readiness')
})

test('the packages that the Dockerfile names are there', { skip: !has('apt-cache', 'show', 'curl') && 'there are no lists of packages' }, () => {
  const names = [...file('Dockerfile').matchAll(/apt-get install -y --no-install-recommends (.*?) &&/g)].flatMap(([, words]) => words.split(' ')).filter((word) => !word.startsWith('/'))
  assert.ok(names.length)
  for (const name of names) assert.ok(has('apt-cache', 'show', name), name)
})

test('compose.yaml', { skip: !has('python3', '-c', 'import yaml') && 'python3-yaml is not installed' }, () => {
  const { stdout } = spawnSync('python3', ['-c', 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))'], { input: file('compose.yaml'), encoding: 'utf8' })
  const { services, networks, volumes } = JSON.parse(stdout)
  assert.deepEqual(Object.keys(services), ['redis', 'app1', 'app2', 'nginx'])
  const addresses = []
  for (const name of ['app1', 'app2']) {
    const app = services[name]
    assert.ok(existsSync(path.join(root, 'deploy', app.build.context, app.build.dockerfile)))
    assert.ok(parseInt(app.stop_grace_period) > drainSeconds)
    assert.match(app.environment.REDIS_URL, /^redis:\/\/.*@redis:6379$/)
    addresses.push(app.networks.inside.ipv4_address)
  }
  assert.ok(services.redis.command.join(' ').includes('--appendonly yes'))
  // The addresses that nginx is given are theirs, and replace those that are in nginx.conf.
  const replaced = [...services.nginx.command[2].matchAll(/s\/(127[\d.]+:\d+)\/([\d.]+):8911\//g)]
  assert.deepEqual(replaced.map(([, , address]) => address), addresses)
  for (const [, local] of replaced) assert.ok(file('nginx.conf').includes(`server ${local} `), local)
  for (const address of addresses) assert.ok(address.startsWith(networks.inside.ipam.config[0].subnet.replace(/0\/24$/, '')))
  assert.ok('redis' in volumes)
})
