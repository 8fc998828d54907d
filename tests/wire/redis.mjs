// A Redis of a test's own, on a free port, and the Node process that shares it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { events, until } from './lib.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

// What `promise` gives, unless that takes too long for a test to wait.
export function within(ms, what, promise) {
  let timer
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms) })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

// Starts redis-server, which keeps nothing unless `persist`; as a `cluster` of one, if so. `kill()` ends it as a crash would; `restart()` starts it again where it was.
export async function startRedis({ persist = false, cluster = false } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'xylem-redis-'))
  const port = await freePort()
  const clients = new Set()
  let child

  // A client for commands as they are; it does not come back by itself.
  async function client() {
    const redis = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: null, enableOfflineQueue: false, maxRetriesPerRequest: 0 })
    redis.on('error', () => {})
    await redis.connect()
    clients.add(redis)
    redis.once('end', () => clients.delete(redis))
    return redis
  }
  async function run() {
    child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', persist ? 'yes' : 'no', '--appendfsync', 'always', ...(cluster ? ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())] : [])], { stdio: 'ignore' })
    await until(() => client().then((redis) => redis.quit(), () => false), 'redis-server to answer')
  }
  async function end(signal) {
    for (const redis of clients) redis.disconnect()
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }
  await run()
  if (cluster) {
    const first = await client()
    await first.cluster('ADDSLOTSRANGE', 0, 16383)
    await until(async () => /cluster_state:ok/.test(await first.cluster('INFO')), 'the cluster')
    await first.quit()
  }
  return {
    port, url: `redis://127.0.0.1:${port}`, client,
    restart: run,
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM')
      fs.rmSync(folder, { recursive: true, force: true })
    },
  }
}

// The channels that anybody is subscribed to.
export async function channels(redis) {
  const client = await redis.client()
  const found = await client.pubsub('CHANNELS')
  client.disconnect()
  return found.sort()
}

// Resolves when the process of `server` has its connection for channels there.
export const connected = async (redis, count = 1) => {
  const client = await redis.client()
  await until(async () => (await client.client('LIST')).split('xylem-channels').length > count, 'Xylem to be connected to Redis')
  client.disconnect()
}

// A process of GraphQL Yoga with what Redwood Realtime has on Redis (redis_yoga.mjs).
export async function startYoga(redis) {
  const child = spawn(process.execPath, [path.join(here, 'redis_yoga.mjs'), String(redis.port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data')
  const url = String(line).trim()
  assert.match(url, /^http:/)
  return {
    url, port: Number(new URL(url).port),
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

// An event stream, as subscribe() of lib.mjs, but the promise also tells when the request left: `sent` for those that wait for nothing else.
export function open(server, query, variables) {
  const request = http.request(server.url, { method: 'POST', agent: false, headers: { 'content-type': 'application/json', accept: 'text/event-stream' } })
  request.end(JSON.stringify({ query, variables }))
  return events(request)
}
