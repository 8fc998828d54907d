// Is the server alive, and should it be sent requests?
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { after, before, describe, test } from 'node:test'
import { raw, start } from './lib.mjs'

describe('a server that serves', () => {
  let server
  before(async () => { server = await start() })
  after(() => server.stop())

  const ask = (path, method = 'GET') => fetch(server.url + path, { method })

  test('is healthy, whatever the method', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
      const response = await ask('/health', method)
      assert.equal(response.status, 200, method)
      assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8')
      assert.equal(response.headers.get('cache-control'), 'no-store')
      assert.equal(response.headers.get('x-yoga-id'), 'yoga')
      assert.deepEqual(await response.json(), { status: 'ok' })
    }
  })

  test('is ready, without any header in the request', async () => {
    const response = await ask('/readiness')
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.equal(response.headers.get('x-yoga-id'), 'yoga')
    assert.deepEqual(await response.json(), { status: 'ready' })
  })

  test('HEAD has the head only', async () => {
    for (const path of ['health', 'readiness']) {
      const { text } = await raw(server, `HEAD /graphql/${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
      assert.match(text, /^HTTP\/1.1 200 OK\r\n/)
      assert.match(text, /content-length: [1-9]/)
      assert.match(text, /\r\n\r\n$/)
    }
  })

  test('only the path decides', async () => {
    const query = await fetch(`${server.url}?x=/graphql/health`)
    assert.equal(query.headers.get('x-yoga-id'), null)
    assert.equal((await fetch(new URL('/x/graphql/health', server.url))).status, 404)
    assert.equal((await ask('/healthy')).status, 404)
  })
})

test('a server that stops is alive, but not ready', async () => {
  const server = await start('tests/wire/app', ['--workers', '1'])
  const connect = async (text) => {
    const socket = net.connect(server.port, '127.0.0.1')
    socket.setEncoding('utf8')
    socket.write(text)
    const [answer] = await once(socket, 'data')
    assert.match(answer, /200 OK/)
    return socket
  }
  const request = (path) => `GET /graphql/${path} HTTP/1.1\r\nHost: x\r\n`
  // An answer, and then the beginning of a request: it is in progress when the server begins to stop. An idle connection is closed then.
  const asking = []
  for (const path of ['readiness', 'health']) asking.push(await connect(`${request('health')}\r\n${request(path)}`))
  const idle = await connect(`${request('health')}\r\n`)
  const closed = once(idle, 'close')
  const stopped = server.stop()
  await closed
  for (const [i, status] of ['503 Service Unavailable', '200 OK'].entries()) {
    let text = ''
    asking[i].on('data', (data) => { text += data })
    asking[i].write('\r\n')
    await once(asking[i], 'close')
    assert.ok(text.startsWith(`HTTP/1.1 ${status}\r\n`), text)
    assert.match(text, /cache-control: no-store\r\n/)
    assert.match(text, /Connection: close\r\n/)
    if (i === 0) assert.ok(text.endsWith('{"status":"unavailable","reason":"The server is stopping."}'), text)
  }
  await stopped
})
