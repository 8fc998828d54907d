/**
 * Server-sent events out of the pieces of text in which they come (HTML standard, 9.2.6). Comments and fields that are
 * of no use here (id, retry) are passed over.
 *
 * @param {AsyncIterable<string>} pieces
 * @returns {AsyncGenerator<{ event: string, data: string }, void, void>}
 */
export async function* readEvents(pieces) {
  let rest = ''
  let event = ''
  /** @type {string[]} */
  let data = []

  for await (const piece of pieces) {
    // A CR at the end of a piece may be half of a CR LF: it waits for the next one.
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/)
    rest = /** @type {string} */ (lines.pop())
    for (const line of lines) {
      if (line === '') {
        if (event || data.length) yield { event: event || 'message', data: data.join('\n') }
        event = ''
        data = []
        continue
      }
      const [, name, value] = /** @type {RegExpExecArray} */ (/^([^:]*)(?:: ?)?(.*)$/s.exec(line))
      if (name === 'event') event = value
      if (name === 'data') data.push(value)
    }
  }
}
