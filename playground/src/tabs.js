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
 * The tab that was active when GraphiQL last stored its tabs, or none.
 *
 * @param {string | null} state as it stores it
 * @returns {Tab | null}
 */
export function activeTab(state) {
  try {
    const { tabs, activeTabIndex } = JSON.parse(state ?? '')
    const { query, variables } = tabs[activeTabIndex]
    return { query: query ?? '', variables: variables ?? undefined }
  } catch {
    return null
  }
}

/**
 * What GraphiQL starts with. Tabs that it has stored are the user's own and stay; the tabs offered are for those who have none.
 *
 * @param {Tab[]} offered
 * @param {Tab | null} asked by the address; becomes the active one
 * @param {Tab | null} stored the user's own that was active
 * @returns {{ defaultTabs?: { query: string, variables: string | null }[], query?: string, variables?: string }}
 */
export function initialTabs(offered, asked, stored) {
  // GraphiQL looks for the tab that has just this, and opens another one when there is none.
  const shown = stored && (asked ?? stored)
  if (shown) return { query: shown.query, variables: shown.variables ?? '' }
  const tabs = asked ? [asked, ...offered] : offered
  if (!tabs.length) return {}
  // The first tab is named twice, because GraphiQL would show it without its variables.
  return {
    defaultTabs: tabs.map(({ query, variables }) => ({ query, variables: variables ?? null })),
    query: tabs[0].query,
    variables: tabs[0].variables ?? '',
  }
}
