// A server that says what a test tells it to, and knows when its clients leave.
import { once } from 'node:events'
import http from 'node:http'

/**
 * @param {(request: http.IncomingMessage & { json: any }, response: http.ServerResponse) => unknown} answer
 */
export async function fakeServer(answer) {
  const server = http.createServer(async (request, response) => {
    let text = ''
    for await (const piece of request.setEncoding('utf8')) text += piece
    answer(Object.assign(request, { json: JSON.parse(text) }), response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** @param {unknown} payload */
export const event = (payload) => `event: next\ndata: ${JSON.stringify(payload)}\n\n`
export const complete = 'event: complete\ndata:\n\n'

/**
 * A multipart answer as servers of this kind write it: the delimiter comes with the part before it.
 *
 * @param {unknown[]} payloads
 */
export const parts = (payloads) =>
  payloads.map((payload) => {
    const text = JSON.stringify(payload)
    return `\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}\r\n---`
  })

/**
 * What an iteration gives, to its end.
 *
 * @template T
 * @param {AsyncIterable<T>} values
 */
export async function all(values) {
  /** @type {T[]} */
  const list = []
  for await (const value of values) list.push(value)
  return list
}
