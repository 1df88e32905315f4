import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { Hono } from 'hono'
import type { ApiEnv } from '../../http/api-env.js'
import { SECURITY_HEADERS } from './respond.js'

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Scripts come from `browser/` by the compiler. What needs none stays there. */
const FOLDERS = [new URL('../../browser/', import.meta.url), new URL('../../../browser/', import.meta.url)]

const assets = new Map(FOLDERS.flatMap((folder) => readAssets(folder)))

/** Part of the path, so that a browser may keep a file for ever. */
const version = createHash('sha256')
  .update(JSON.stringify([...assets]))
  .digest('hex')
  .slice(0, 12)

function readAssets(folder: URL): [string, string][] {
  const names = readdirSync(folder).filter((name) => Object.hasOwn(TYPES, extname(name)))
  return names.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')])
}

/** The content of a file, for a page that stands alone. */
export function assetText(name: string): string {
  return assets.get(name) ?? ''
}

export function assetPath(name: string): string {
  return `/assets/${version}/${name}`
}

/** The files that pages consist of. Whoever is not logged in needs them, too. */
export function assetRoutes(): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>()
  routes.get('/assets/:version/:name', (c) => {
    const name = c.req.param('name')
    const content = assets.get(name)
    if (content === undefined) return c.notFound()
    return c.body(content, 200, {
      'content-type': TYPES[extname(name)] ?? '',
      'cache-control': c.req.param('version') === version ? 'public, max-age=31536000, immutable' : 'no-store',
      ...SECURITY_HEADERS,
    })
  })
  return routes
}
