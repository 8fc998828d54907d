/** @typedef {import('./types.js').Payload} Payload */
/** @typedef {import('./types.js').Patch} Patch */
/** @typedef {import('./types.js').Result} Result */

/** @param {unknown} value */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The object `value` with the fields of `more`; where both have an object, the fields of both. What was there is not
 * changed: it may still be shown.
 *
 * @param {any} value
 * @param {any} more
 * @returns {any}
 */
function merge(value, more) {
  if (Array.isArray(value) && Array.isArray(more)) {
    const longer = Array.from({ length: Math.max(value.length, more.length) })
    return longer.map((_, i) => (i >= more.length ? value[i] : i >= value.length ? more[i] : merge(value[i], more[i])))
  }
  if (!isObject(value) || !isObject(more)) return more
  const fields = Object.entries(more).map(([key, field]) => [key, Object.hasOwn(value, key) ? merge(value[key], field) : field])
  return { ...value, ...Object.fromEntries(fields) }
}

/**
 * `value` with `change` made at `path`; the objects on the way are copied.
 *
 * @param {any} value
 * @param {(string | number)[]} path
 * @param {(at: any) => any} change
 * @returns {any}
 */
function changeAt(value, path, change) {
  if (!path.length) return change(value)
  const [key, ...rest] = path
  const known = value !== null && typeof value === 'object' && Object.hasOwn(value, key)
  const changed = changeAt(known ? value[key] : undefined, rest, change)
  if (Array.isArray(value)) {
    const copy = value.slice()
    copy[Number(key)] = changed
    return copy
  }
  return { ...(isObject(value) ? value : {}), [key]: changed }
}

/**
 * @param {unknown} data
 * @param {Patch} patch
 */
function applyPatch(data, patch) {
  const path = patch.path ?? []
  if (patch.items !== undefined) {
    // The path of items ends with the place of the first one.
    const at = Number(path[path.length - 1])
    const items = patch.items ?? [null]
    return changeAt(data, path.slice(0, -1), (list) => {
      const copy = Array.isArray(list) ? list.slice() : []
      items.forEach((item, i) => { copy[at + i] = item })
      return copy
    })
  }
  // A deferred fragment that failed adds nothing: what stood there before it is still right.
  if (patch.data === undefined || patch.data === null) return data
  return changeAt(data, path, (there) => merge(there, patch.data))
}

/**
 * What is to be shown once `payload` has come, when `shown` was shown before: the pieces of @defer and @stream are put
 * in their places; a payload that is whole stands for itself (so does each result of a subscription or a live query).
 *
 * @param {Result | null} shown
 * @param {Payload} payload
 * @returns {Result}
 */
export function mergePayload(shown, payload) {
  const { hasNext, incremental, ...rest } = payload
  if (hasNext === undefined && !incremental) return rest
  const isWhole = shown === null || 'data' in rest
  /** @type {Result} */
  let result = isWhole ? rest : { ...shown }

  if (!isWhole && rest.errors) result.errors = [...(result.errors ?? []), ...rest.errors]
  if (!isWhole && rest.extensions) result.extensions = merge(result.extensions ?? {}, rest.extensions)
  for (const patch of incremental ?? []) {
    result = { ...result, data: applyPatch(result.data, patch) }
    if (patch.errors) result.errors = [...(result.errors ?? []), ...patch.errors]
    if (patch.extensions) result.extensions = merge(result.extensions ?? {}, patch.extensions)
  }
  return result
}
