// Tokens of all kinds, and a server of the keys that they are signed with.
import crypto from 'node:crypto'
import http from 'node:http'

const base64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
export const now = () => Math.floor(Date.now() / 1000)

// A token whose parts are as they are told.
export const assemble = (header, claims, signature) => `${base64(header)}.${base64(claims)}.${signature}`

export function hs256(claims, secret) {
  const text = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64(claims)}`
  return `${text}.${crypto.createHmac('sha256', secret).update(text).digest('base64url')}`
}

// A pair of keys as an identity provider has them, under the name `kid`.
export function pair(kid, alg) {
  const made = alg.startsWith('ES') ? crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }) : crypto.generateKeyPairSync('rsa', { modulusLength: 2048 })
  const options = alg.startsWith('ES') ? { dsaEncoding: 'ieee-p1363' } : alg.startsWith('PS') ? { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : {}
  return {
    jwk: { ...made.publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' },
    sign(claims, header = {}) {
      const text = `${base64({ alg, kid, ...header })}.${base64(claims)}`
      return `${text}.${crypto.sign('sha256', Buffer.from(text), { key: made.privateKey, ...options }).toString('base64url')}`
    },
  }
}

// Serves `keys`, which may be changed; counts who asks.
export async function provider(keys) {
  const state = { keys, asked: 0, status: 200 }
  const server = http.createServer((_, response) => {
    state.asked++
    response.writeHead(state.status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: state.keys.map(({ jwk }) => jwk) }))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  state.url = `http://127.0.0.1:${server.address().port}/jwks.json`
  state.close = () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve) })
  return state
}

export const bearer = (text) => (text ? { authorization: `Bearer ${text}` } : {})
