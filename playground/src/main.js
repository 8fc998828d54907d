import { GraphiQL } from 'graphiql'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import 'graphiql/style.css'
import './style.css'
import { createFetcher } from './fetcher.js'
import { activeTab, initialTabs, tabOfAddress } from './tabs.js'

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id))

/** @param {string} key as GraphiQL stores it */
function stored(key) {
  try {
    return localStorage.getItem(`graphiql:${key}`)
  } catch {
    return null // a browser that is told to store nothing
  }
}

/** @type {import('./types.js').Config} */
const config = JSON.parse(element('xylem-config').textContent ?? '')
const asked = tabOfAddress(location.search)

// The address has been heard. Left as it is, it would open its tab again at each reload, beside what the user made of it.
if (asked) history.replaceState(null, '', location.pathname)

const graphiql = createElement(
  GraphiQL,
  /** @type {any} */ ({
    // The page lies at the endpoint itself, also where a proxy has moved both.
    fetcher: createFetcher(location.origin + location.pathname),
    ...initialTabs(config.tabs, asked, activeTab(stored('tabState'))),
    defaultEditorToolsVisibility: 'variables',
    // Headers often hold secrets: they are stored only for who has asked for that in the settings.
    shouldPersistHeaders: stored('shouldPersistHeaders') === 'true',
  }),
  createElement(GraphiQL.Logo, null, 'Xylem'),
)

createRoot(element('playground')).render(graphiql)
