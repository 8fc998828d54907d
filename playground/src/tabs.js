/** @typedef {import('./types.js').Tab} Tab */

/**
 * The tab that an address asks for: `?query=…&variables=…`, or none.
 *
 * @param {string} search
 * @returns {Tab | null}
 */
export function tabOfAddress(search) {
  const params = new URLSearchParams(search)
  const query = params.get('query')
  return query ? { query, variables: params.get('variables') ?? undefined } : null
}

/**
 * What GraphiQL starts with. Tabs that it has stored are the user's own and stay; the tabs offered are for those who have none.
 *
 * @param {Tab[]} offered
 * @param {Tab | null} asked by the address; becomes the active one
 * @param {boolean} hasStored
 * @returns {{ defaultTabs?: { query: string, variables: string | null }[], query?: string, variables?: string }}
 */
export function initialTabs(offered, asked, hasStored) {
  if (hasStored) return asked ? { query: asked.query, variables: asked.variables ?? '' } : {}
  const tabs = asked ? [asked, ...offered] : offered
  if (!tabs.length) return {}
  // The first tab is named twice, because GraphiQL would show it without its variables.
  return {
    defaultTabs: tabs.map(({ query, variables }) => ({ query, variables: variables ?? null })),
    query: tabs[0].query,
    variables: tabs[0].variables ?? '',
  }
}
