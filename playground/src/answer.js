import { meros } from 'meros/browser'
import { readEvents } from './event_stream.js'
import { mergePayload } from './incremental.js'

/** @typedef {import('./types.js').Result} Result */
/** @typedef {import('./types.js').Payload} Payload */

/** Of a body that is not GraphQL, so much is shown. */
const EXCERPT_MAX = 500

/**
 * A problem outside GraphQL in the form of a result, beside what was shown before.
 *
 * @param {string} message
 * @param {Result | null} [shown]
 * @returns {Result}
 */
export function failure(message, shown) {
  return { ...shown, errors: [...(shown?.errors ?? []), { message }] }
}

/**
 * @param {unknown} value
 * @returns {value is Result}
 */
const isResult = (value) => typeof value === 'object' && value !== null && ('data' in value || 'errors' in value)

/** @param {string} text */
function excerpt(text) {
  const trimmed = text.trim()
  return trimmed.length > EXCERPT_MAX ? `${trimmed.slice(0, EXCERPT_MAX)}…` : trimmed
}

/**
 * @param {string} text
 * @returns {any}
 */
function parseJson(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * @param {Response} response
 * @returns {Promise<Result>}
 */
async function readWhole(response) {
  const text = await response.text()
  const value = parseJson(text)
  const status = `HTTP ${response.status}${response.statusText ? ` ${response.statusText}` : ''}`

  if (isResult(value)) return value
  if (!response.ok) return failure(`The server answered ${status}${text.trim() ? `: ${excerpt(text)}` : ' without a body.'}`)
  return failure(`The answer is not a GraphQL result (${status}, ${response.headers.get('content-type') ?? 'no content-type'}): ${excerpt(text)}`)
}

/** @param {ReadableStream<Uint8Array>} body */
async function* readText(body) {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield decoder.decode(value, { stream: true })
    }
  } finally {
    // Also when whoever reads has seen enough: the connection is given back, or closed.
    await reader.cancel().catch(() => {})
  }
}

/**
 * @param {Response} response
 * @returns {AsyncGenerator<Result, void, void>}
 */
async function* readEventStream(response) {
  /** @type {Result | null} */
  let shown = null
  for await (const { event, data } of readEvents(readText(/** @type {any} */ (response.body)))) {
    if (event === 'complete') return
    if (event !== 'next') continue
    const payload = parseJson(data)
    if (payload === undefined) {
      yield failure(`The server sent an event that is not JSON: ${excerpt(data)}`, shown)
      return
    }
    yield (shown = mergePayload(shown, payload))
  }
  yield failure('The stream ended before it was complete: the server is stopping, or the connection was lost.', shown)
}

/**
 * @param {Response} response
 * @returns {AsyncGenerator<Result, void, void>}
 */
async function* readMultipart(response) {
  /** @type {Result | null} */
  let shown = null
  let more = true
  for await (const part of /** @type {AsyncIterable<{ json: boolean, body: any }>} */ (await meros(response))) {
    if (!part.json) {
      yield failure(`The server sent a part that is not JSON: ${excerpt(String(part.body))}`, shown)
      return
    }
    /** @type {Payload} */
    const payload = part.body
    more = payload.hasNext === true
    // A last payload may hold nothing but the news that it is the last.
    if (shown === null || payload.incremental || 'data' in payload || 'errors' in payload)
      yield (shown = mergePayload(shown, payload))
  }
  if (more) yield failure('The answer ended before it was complete: the server is stopping, or the connection was lost.', shown)
}

/**
 * The results of an answer, each as it is to be shown: one, or as many as come.
 *
 * @param {Response} response
 * @returns {AsyncGenerator<Result, void, void>}
 */
export async function* readAnswer(response) {
  const type = (response.headers.get('content-type') ?? '').toLowerCase()
  if (response.ok && response.body && type.startsWith('text/event-stream')) yield* readEventStream(response)
  else if (response.ok && response.body && type.startsWith('multipart/mixed')) yield* readMultipart(response)
  else yield await readWhole(response)
}
