import { failure, readAnswer } from './answer.js'
import { kindOf } from './operation.js'

/** @typedef {import('./types.js').Params} Params */
/** @typedef {import('./types.js').Result} Result */
/** @typedef {AsyncIterableIterator<Result>} Results */

// Where a stream is wanted, a single result is welcome too: that is how a server says what is wrong with the request.
const RESULT = 'application/graphql-response+json, application/json;q=0.9'
const SINGLE = 'application/graphql-response+json;q=0.5, application/json;q=0.4'

/** @type {Record<import('./types.js').Kind, string>} */
const ACCEPT = {
  result: RESULT,
  incremental: `multipart/mixed;deferSpec=20220824, text/event-stream;q=0.9, ${SINGLE}`,
  live: `text/event-stream, ${SINGLE}`,
  subscription: `text/event-stream, ${SINGLE}`,
}

/**
 * @param {Params} params
 * @param {Record<string, unknown>} [own] of the headers tab; they win
 */
function headersOf(params, own = {}) {
  const headers = new Headers({
    accept: ACCEPT[kindOf(params.query, params.operationName)],
    'content-type': 'application/json',
  })
  for (const [name, value] of Object.entries(own)) headers.set(name, String(value))
  return headers
}

/**
 * @param {string} url
 * @param {Params} params
 * @param {Headers} headers
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<Result, void, void>}
 */
async function* results(url, params, headers, signal) {
  /** @type {Result | null} */
  let shown = null
  try {
    const { query, variables, operationName } = params
    const body = JSON.stringify({ query, variables, operationName: operationName ?? undefined })
    const response = await fetch(url, { method: 'POST', headers, body, signal })
    for await (const result of readAnswer(response)) yield (shown = result)
  } catch (error) {
    // What was stopped on purpose just ends.
    if (signal.aborted) return
    const reason = error instanceof Error ? error.message : String(error)
    yield failure(shown ? `The connection was lost (${reason}).`
      : `The server cannot be reached (${reason}). Is it running at ${url}?`, shown)
  }
}

/**
 * How GraphiQL reaches the server at `url`: every operation is a POST, every answer an iteration of what is to be shown.
 * Ending the iteration ends the request, at once and on the server too.
 *
 * @param {string} url
 * @returns {(params: Params, options?: { headers?: Record<string, unknown> }) => Results}
 */
export function createFetcher(url) {
  return (params, options) => {
    const stop = new AbortController()
    /** @type {AsyncGenerator<Result, void, void>} */
    let generator
    try {
      generator = results(url, params, headersOf(params, options?.headers), stop.signal)
    } catch (error) {
      generator = (async function* () {
        yield failure(`The headers cannot be sent: ${error instanceof Error ? error.message : error}`)
      })()
    }
    return {
      [Symbol.asyncIterator]() {
        return this
      },
      next: () => generator.next(),
      // Not the generator's own return(), which would wait behind the next() that waits for the server.
      async return() {
        stop.abort()
        return { done: true, value: undefined }
      },
    }
  }
}
