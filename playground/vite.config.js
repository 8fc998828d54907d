import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'vite'

/** Where the server puts its configuration into the page. */
const MARK = '<!--xylem:config-->'

/** @param {string} text as it may stand in a script element */
const inScript = (text) => text.replace(/<(?=\/script|!--)/gi, '\\x3C')

/** @param {string} file of a package */
function packageOf(file) {
  const found = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file.replaceAll('\\', '/'))
  return found ? found[1] : null
}

/** What the licences of the packages in the page ask for: who wrote them, and under which terms.
 * @param {Iterable<string>} modules */
function credits(modules) {
  const lines = new Set()
  for (const folder of new Set([...modules].map((id) => packageOf(id.replace(/^\0/, ''))))) {
    if (!folder || !existsSync(path.join(folder, 'package.json'))) continue
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file ? readFileSync(path.join(folder, file), 'utf8') : ''
    const owner = /^.*copyright (?:\(c\)|©|\d).*$/im.exec(text)?.[0].trim().replace(/--+/g, '-') ?? ''
    lines.add(`${name} ${version} (${license})${owner ? `: ${owner}` : ''}`)
  }
  return [...lines].sort().join('\n')
}

/**
 * One page out of what Vite makes: script and styles stand in it, its licences at the end. Beside it lies the content
 * security policy under which it runs: no script but this one, and no host but its own.
 *
 * @returns {import('vite').Plugin}
 */
function onePage() {
  return {
    name: 'one-page',
    enforce: 'post',
    // After Vite's own plugins: one of them fills in what stands for the chunks to be preloaded, of which there are none.
    generateBundle: { order: 'post', handler(_, bundle) {
      const outputs = Object.values(bundle)
      const chunks = outputs.flatMap((o) => (o.type === 'chunk' ? [o] : []))
      const styles = outputs.flatMap((o) => (o.type === 'asset' && o.fileName.endsWith('.css') ? [String(o.source)] : []))
      const page = bundle['index.html']
      if (page?.type !== 'asset' || chunks.length !== 1 || styles.length !== 1)
        throw new Error(`expected a page with one script and one style, got: ${Object.keys(bundle).join(', ')}`)

      const script = inScript(chunks[0].code)
      if (script.includes('__VITE_')) throw new Error('the script is not finished')
      // The fonts of the machine are used instead: see src/style.css.
      const style = styles[0].replace(/@charset "[^"]*";|@font-face\s*\{[^}]*\}/g, '')
      const html = String(page.source)
        .replace(/\s*<script type="module"[^>]*><\/script>/, '')
        .replace(/\s*<link rel="stylesheet"[^>]*>/, '')
        .replace('</head>', () => `<style>${style}</style></head>`)
        .replace(MARK, () => `${MARK}<script type="module">${script}</script>`)
        .concat(`<!--\nMade of:\n${credits(Object.keys(chunks[0].modules))}\n-->\n`)
      if (html.split(MARK).length !== 2 || /\b(?:src|href)=["']?(?:https?:)?\//.test(html.replace(script, '')))
        throw new Error('the page must have one place for its configuration, and load nothing')

      const hash = createHash('sha256').update(script).digest('base64')
      const policy = [
        "default-src 'none'", `script-src 'sha256-${hash}'`, "style-src 'unsafe-inline'", "img-src data:", "font-src data:",
        "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
      ].join('; ')
      for (const name of Object.keys(bundle)) delete bundle[name]
      this.emitFile({ type: 'asset', fileName: 'playground.html', source: html })
      this.emitFile({ type: 'asset', fileName: 'playground.csp', source: policy })
    } },
  }
}

export default defineConfig({
  base: './',
  logLevel: 'warn',
  plugins: [onePage()],
  build: {
    target: 'es2020',
    assetsInlineLimit: Infinity,
    cssCodeSplit: false,
    modulePreload: false,
    chunkSizeWarningLimit: 4096,
    reportCompressedSize: false,
    rollupOptions: {
      output: { inlineDynamicImports: true },
      // Many packages say "use client", which means something to others.
      onwarn: (warning, warn) => { if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning) },
    },
  },
})
