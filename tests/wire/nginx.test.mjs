// Behind nginx as people configure it: its buffering stays on, and event streams are streams all the same.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freePort, post, raw, start, stats, subscribe, until } from './lib.mjs'

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` }
const installed = spawnSync('nginx', ['-v'], { env }).status === 0

const setups = {
  'as it comes (HTTP/1.0)': { upstream: '', location: '' },
  'with HTTP/1.1': { upstream: '', location: 'proxy_http_version 1.1;' },
  'with HTTP/1.1 and kept connections': { upstream: 'keepalive 4;', location: 'proxy_http_version 1.1; proxy_set_header Connection "";' },
}

const config = (folder, port, server, { upstream, location }) => `
${process.getuid() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  upstream xylem { server 127.0.0.1:${server.port}; ${upstream} }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://xylem; ${location} }
  }
}
`

async function answers(port) {
  const socket = net.connect(port, '127.0.0.1')
  const connected = await once(socket, 'connect').then(() => true, () => false)
  socket.destroy()
  return connected
}

// nginx before `server`, with { url, port, stop() } as a server of lib.mjs has them.
async function startNginx(server, setup) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'nginx-'))
  const port = await freePort()
  writeFileSync(`${folder}/nginx.conf`, config(folder, port, server, setup))
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
      nginx = await startNginx(server, setup)
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
