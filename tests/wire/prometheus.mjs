// The text format 0.0.4 of Prometheus, read more strictly than by Prometheus itself.
import assert from 'node:assert/strict'

const SAMPLE = /^([a-z_][a-z0-9_]*)(?:\{((?:[a-z_]+="[^"\\\n]*")(?:,[a-z_]+="[^"\\\n]*")*)\})? ([0-9]+(?:\.[0-9]+)?)$/

// Name and labels of a sample to its value: `name{a="b"}` is a key.
export function parse(text) {
  const families = new Map(), samples = new Map()
  let family
  assert.ok(text.endsWith('\n'))
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP (\S+) (\S.*)$/.exec(line)
    const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line)
    if (help) {
      assert.ok(!families.has(help[1]), `${help[1]} twice`)
      family = { name: help[1], series: [] }
      families.set(family.name, family)
    } else if (type) {
      assert.equal(type[1], family.name)
      assert.equal(family.type, undefined, `${line} twice`)
      family.type = type[2]
      assert.equal(family.type === 'counter', family.name.endsWith('_total'), family.name)
    } else {
      const [, name, labels = '', value] = SAMPLE.exec(line) ?? assert.fail(`not a sample: ${line}`)
      const key = line.slice(0, line.lastIndexOf(' '))
      assert.ok(family.type, `${line} before its type`)
      assert.equal(name.replace(family.type === 'histogram' ? /_(bucket|sum|count)$/ : '', ''), family.name, line)
      assert.ok(!samples.has(key), `${key} twice`)
      samples.set(key, Number(value))
      family.series.push({ name, labels: Object.fromEntries([...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map((m) => [m[1], m[2]])), value: Number(value) })
    }
  }
  for (const { name, type, series } of families.values()) {
    assert.ok(series.length, `${name} without a sample`)
    if (type === 'histogram') checkHistogram(name, series)
  }
  return samples
}

function checkHistogram(name, series) {
  for (const one of group(series).values()) {
    const buckets = one.filter((s) => s.name === `${name}_bucket`)
    const only = (suffix) => {
      const found = one.filter((s) => s.name === name + suffix)
      assert.equal(found.length, 1, `${name}${suffix}`)
      return found[0].value
    }
    const bounds = buckets.map((s) => (s.labels.le === '+Inf' ? Infinity : Number(s.labels.le)))
    assert.equal(bounds.at(-1), Infinity)
    for (let i = 1; i < buckets.length; i++) {
      assert.ok(bounds[i] > bounds[i - 1], `${name}: bounds ascend`)
      assert.ok(buckets[i].value >= buckets[i - 1].value, `${name}: buckets are cumulative`)
    }
    assert.equal(buckets.at(-1).value, only('_count'))
    assert.equal(only('_sum') > 0, only('_count') > 0)
  }
}

// Samples that differ by `le` only are one histogram.
function group(series) {
  const groups = new Map()
  for (const one of series) {
    const { le, ...others } = one.labels
    const key = JSON.stringify(others)
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return groups
}

// The metrics at `url`, checked.
export async function scrape(url) {
  const response = await fetch(url)
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  return parse(await response.text())
}
