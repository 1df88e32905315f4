import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const scripts = new URL('../../packages/local/dist/browser/', import.meta.url)

test('the script of the dashboard is under 40 kB in all, gzipped', () => {
  const names = readdirSync(scripts).filter((name) => name.endsWith('.js'))
  expect(names).toContain('main.js')
  const size = names.reduce((sum, name) => sum + gzipSync(readFileSync(new URL(name, scripts))).length, 0)
  expect(size).toBeLessThan(40_000)
})
