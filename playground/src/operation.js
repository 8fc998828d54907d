import { Kind, parse, visit } from 'graphql'

/**
 * What the operation called `operationName` may give. Text that is no document, or does not say which operation is
 * meant, asks for a result: the server will say in it what is wrong.
 *
 * @param {string} query
 * @param {string | null} [operationName]
 * @returns {import('./types.js').Kind}
 */
export function kindOf(query, operationName) {
  let document
  try {
    document = parse(query, { noLocation: true })
  } catch {
    return 'result'
  }
  const operations = document.definitions.flatMap((d) => (d.kind === Kind.OPERATION_DEFINITION ? [d] : []))
  const operation = operationName ? operations.find((o) => o.name?.value === operationName) : operations[0]
  if (!operation) return 'result'
  if (operation.operation === 'subscription') return 'subscription'
  if (operation.directives?.some((directive) => directive.name.value === 'live')) return 'live'

  // Fragments of other operations may count too: asking for pieces does not oblige to send any.
  let incremental = false
  visit(document, {
    Directive(directive) {
      incremental ||= directive.name.value === 'defer' || directive.name.value === 'stream'
    },
  })
  return incremental ? 'incremental' : 'result'
}
