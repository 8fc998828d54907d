// What programs that know the secret ask of a server.
import { ask } from './lib.mjs'

export const SECRET = 'a-secret-of-the-tests-0123456789'

// A request to an endpoint below the path, on a connection of its own, so that it may land on any worker.
export async function admin(server, endpoint, { method = 'POST', secret = SECRET, headers = {}, body, query = '' } = {}) {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await ask(server, {
    method, body: text, path: `/graphql/${endpoint}${query}`,
    headers: { ...(secret && { authorization: `Bearer ${secret}` }), ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }), ...headers },
  })
  let json
  try { json = JSON.parse(answer.text) } catch { /* not every answer is JSON */ }
  return { ...answer, json, message: json?.errors?.[0].message }
}

export const publish = (server, body, more) => admin(server, 'publish', { body, ...more })
export const invalidate = (server, body, more) => admin(server, 'invalidate', { body, ...more })
export const streams = async (server, query = '', more) => (await admin(server, 'streams', { method: 'GET', query, ...more })).json
