// Behind nginx as people configure it: its buffering stays on, and event streams are streams all the same.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freePort, post, raw, root, start, stats, subscribe, until } from './lib.mjs'
import { startRedis } from './redis.mjs'

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` }
const installed = spawnSync('nginx', ['-v'], { env }).status === 0

const setups = {
  'as it comes (HTTP/1.0)': { upstream: '', location: '' },
  'with HTTP/1.1': { upstream: '', location: 'proxy_http_version 1.1;' },
  'with HTTP/1.1 and kept connections': { upstream: 'keepalive 4;', location: 'proxy_http_version 1.1; proxy_set_header Connection "";' },
}

// The whole configuration around what is inside `http`.
const around = (folder, inside) => `
${process.getuid() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  ${inside}
}
`

const inside = (port, server, { upstream, location }) => `
  upstream xylem { server 127.0.0.1:${server.port}; ${upstream} }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://xylem; ${location} }
  }
`

// deploy/nginx.conf with other ports.
function deployed(port, servers) {
  const text = readFileSync(path.join(root, 'deploy/nginx.conf'), 'utf8')
  const ports = { 80: `127.0.0.1:${port}`, 8911: servers[0], 8912: servers[1] }
  return text.replace(/listen (80);|127\.0\.0\.1:(8911|8912)/g, (_, own, other) => (own ? `listen ${ports[own]};` : `127.0.0.1:${ports[other]}`))
}

async function answers(port) {
  const socket = net.connect(port, '127.0.0.1')
  const connected = await once(socket, 'connect').then(() => true, () => false)
  socket.destroy()
  return connected
}

// nginx as `inside(port)` configures it, with { url, port, stop() } as a server of lib.mjs has them.
async function startNginx(inside) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'nginx-'))
  const port = await freePort()
  writeFileSync(`${folder}/nginx.conf`, around(folder, inside(port)))
  const child = spawn('nginx', ['-p', folder, '-e', 'stderr', '-c', `${folder}/nginx.conf`], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (data) => (log += data))
  const kill = () => child.kill('SIGTERM')
  process.once('exit', kill)
  await until(async () => {
    assert.equal(child.exitCode, null, `nginx has ended: ${log}`)
    return answers(port)
  }, 'nginx to listen')
  return {
    port, url: `http://127.0.0.1:${port}/graphql`,
    async stop() {
      process.off('exit', kill)
      if (child.exitCode === null && child.signalCode === null) {
        kill()
        await once(child, 'exit')
      }
      rmSync(folder, { recursive: true })
    },
  }
}

for (const [name, setup] of Object.entries(setups)) {
  describe(`nginx ${name}`, { skip: !installed && 'nginx is not installed' }, () => {
    let server, nginx
    before(async () => {
      server = await start('tests/wire/app', ['--heartbeat-ms', '100', '--tick-ms', '10'])
      nginx = await startNginx((port) => inside(port, server, setup))
    })
    after(async () => { await nginx?.stop(); await server.stop() })

    test('queries by POST and by GET', async () => {
      const answer = await post(nginx.url, { query: '{ fastField }' })
      assert.equal(answer.text, '{"data":{"fastField":"I am fast"}}')
      assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8')
      assert.equal(await (await fetch(`${nginx.url}?query={fastField}`)).text(), answer.text)
      const long = 'x'.repeat(500000)
      assert.equal(JSON.parse((await post(nginx.url, { query: 'query ($s: String) { echo(text: $s) }', variables: { s: long } })).json.data.echo).text, long)
      assert.equal((await post(nginx.url, '{')).status, 400)
    })

    test('an event arrives at once, and the stream stays open', async () => {
      const stream = await subscribe(nginx, { query: 'subscription { newMessage(roomId: "nginx") { body } }' })
      assert.equal(stream.status, 200)
      assert.equal(stream.headers['content-type'], 'text/event-stream')
      for (const body of ['one', 'two', 'three']) {
        assert.equal(stream.received(), 0)
        const sent = await post(nginx.url, { query: 'mutation ($body: String!) { sendMessage(input: { roomId: "nginx", from: "a", body: $body }) { body } }', variables: { body } })
        assert.equal(sent.json.errors, undefined)
        assert.deepEqual(await stream.next(), { event: 'next', data: { data: { newMessage: { body } } } })
      }
      assert.equal((await stats(server)).newMessageActive, 1)
      await stream.close()
      await until(async () => { const s = await stats(server); return s.newMessageActive === 0 && s.streams === 0 }, 'the server to notice that the client has left')
    })

    test('a stream that says nothing has its heartbeat', async () => {
      const body = '{"query":"subscription { newMessage(roomId: \\"silent\\") { body } }"}'
      const { how } = await raw(nginx, `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        (text) => text.split(':\n\n').length > 4)
      assert.equal(how, 'done')
      await until(async () => (await stats(server)).streams === 0, 'the server to notice that the client has left')
    })

    test('a stream that ends is ended', async () => {
      for (let round = 0; round < 3; round++) {
        const stream = await subscribe(nginx, { query: 'subscription { countdown(from: 2, interval: 1) }' })
        for (const countdown of [1, 0]) assert.deepEqual((await stream.next()).data, { data: { countdown } })
        assert.equal((await stream.next()).event, 'complete')
        assert.equal((await stream.next()).event, 'end')
        assert.equal((await post(nginx.url, { query: '{ fastField }' })).status, 200)
      }
    })
  })
}

// Requests one after another in each of some lanes, until `stop()`, which gives their number and what went wrong.
function load(url, lanes = 10) {
  const wrong = []
  let asked = 0, over = false
  const running = Array.from({ length: lanes }, async () => {
    while (!over) {
      const { status, text } = await post(url, { query: '{ fastField }' }).catch((error) => ({ status: error.cause?.code, text: error.message }))
      asked++
      if (status !== 200 || text !== '{"data":{"fastField":"I am fast"}}') wrong.push(`${status} ${text}`)
    }
  })
  return { asked: () => asked, async stop() { over = true; await Promise.all(running); return { asked, wrong } } }
}

describe('deploy/nginx.conf', { skip: !installed && 'nginx is not installed' }, () => {
  const ports = []
  const servers = []
  let nginx, redis
  const startAt = async (i) => {
    const server = await start('tests/wire/app', ['--workers', '1', '--port', String(ports[i]), '--heartbeat-ms', '100'],
      { XYLEM_SECRET: 'a-secret-of-the-tests', REDIS_URL: redis.url, DURABLE_TOPICS: 'newMessage' })
    await until(async () => (await fetch(`${server.url}/readiness`)).status === 200, 'Redis to be reached')
    return server
  }
  before(async () => {
    redis = await startRedis()
    for (let i = 0; i < 2; i++) {
      ports.push(await freePort())
      servers.push(await startAt(i))
    }
    nginx = await startNginx((port) => deployed(port, ports))
  })
  after(async () => { await nginx?.stop(); await Promise.all(servers.map((server) => server.stop())); await redis.stop() })

  // A client that listens, and goes on where it was when its stream ends.
  async function listener() {
    const ask = (id) => subscribe(nginx, { query: 'subscription { newMessage(roomId: "1") { body } }' }, id && { 'last-event-id': id })
    const bodies = []
    let stream = await ask(), over = false, opened = 1, id
    const done = (async () => {
      while (!over) {
        const event = await stream.next()
        if (event.event === 'next') {
          assert.deepEqual(Object.keys(event.data), ['data'], 'neither an error nor a gap')
          bodies.push(event.data.data.newMessage.body)
          id = event.id
        } else if (!over) {
          assert.equal(event.event, 'end', 'no `complete`')
          stream = await ask(id)
          opened++
        }
      }
    })()
    return { bodies, opened: () => opened, async close() { over = true; await stream.close(); await done } }
  }

  const streams = async () => Promise.all(servers.map(async (server) => (await stats(server)).streams))
  const say = (server, body) => post(server.url, { query: 'mutation ($body: String!) { sendMessage(input: { roomId: "1", from: "a", body: $body }) { body } }', variables: { body } })

  test('is what nginx understands', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'nginx-'))
    writeFileSync(`${folder}/nginx.conf`, around(folder, readFileSync(path.join(root, 'deploy/nginx.conf'), 'utf8')))
    const { status, stderr } = spawnSync('nginx', ['-t', '-q', '-p', folder, '-e', 'stderr', '-c', `${folder}/nginx.conf`], { env, encoding: 'utf8' })
    rmSync(folder, { recursive: true })
    assert.equal(status, 0, stderr)
  })

  test('both processes are replaced in turn: no request fails, and no client misses a message', { timeout: 60000 }, async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, listener))
    assert.deepEqual(await streams(), [10, 10], 'the one with fewest streams gets the next')
    const requests = load(nginx.url)
    const sent = []
    let over = false
    const chat = (async () => {
      while (!over) {
        const body = `message ${sent.length}`
        assert.deepEqual((await say(nginx, body)).json, { data: { sendMessage: { body } } })
        sent.push(body)
      }
    })()
    await until(() => clients.every(({ bodies }) => bodies.length), 'a message for each, wherever it was sent')
    for (const i of [0, 1]) {
      const goal = requests.asked() + 100
      await servers[i].stop()
      await until(async () => (await stats(servers[1 - i])).streams === 20, 'all to listen at the other process')
      servers[i] = await startAt(i)
      await until(() => requests.asked() >= goal, 'the load')
    }
    over = true
    await chat
    for (const { bodies } of clients) {
      await until(() => bodies.length >= sent.length, 'all messages')
      assert.deepEqual(bodies, sent)
    }
    assert.deepEqual((await requests.stop()).wrong, [])
    assert.equal(clients.reduce((sum, client) => sum + client.opened(), 0), 20 + 10 + 20)
    await Promise.all(clients.map((client) => client.close()))
    await until(async () => (await streams()).every((count) => count === 0), 'the servers to notice that the clients have left')
  })

  test('the requests of a client in the single connection mode meet in one process', async () => {
    for (let round = 0; round < 4; round++) {
      const reserved = await fetch(`${nginx.url}/stream`, { method: 'PUT' })
      const token = await reserved.text()
      assert.equal(reserved.status, 201)
      const abort = new AbortController()
      const stream = await fetch(`${nginx.url}/stream?token=${token}`, { headers: { accept: 'text/event-stream' }, signal: abort.signal })
      assert.equal(stream.status, 200)
      const asked = await post(`${nginx.url}/stream`, { query: '{ fastField }', extensions: { operationId: 'x' } }, { 'x-graphql-event-stream-token': token })
      assert.equal(asked.status, 202)
      abort.abort()
    }
  })

  test('a header of the client passes, and what is for programs does not', async () => {
    const response = await fetch(nginx.url, {
      method: 'POST', body: '{"query":"{ fastField }"}',
      headers: { 'content-type': 'application/json', 'x-request-id': 'of-the-client' },
    })
    assert.equal(response.headers.get('x-request-id'), 'of-the-client')
    for (const name of ['publish', 'invalidate', 'streams']) {
      const secret = { headers: { authorization: 'Bearer a-secret-of-the-tests' } }
      assert.notEqual((await fetch(`${servers[0].url}/${name}`, secret)).status, 404, name)
      assert.equal((await fetch(`${nginx.url}/${name}`, secret)).status, 404, name)
    }
    assert.equal((await fetch(`${nginx.url}/health`)).status, 200)
  })
})
