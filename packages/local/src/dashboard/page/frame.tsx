import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { assetPath } from './assets.js'

/** The parts of the dashboard that the navigation leads to. */
const SECTIONS = [
  ['/jobs', 'Jobs'],
  ['/apps', 'Apps'],
  ['/engines', 'Engines'],
] as const

export type Section = (typeof SECTIONS)[number][0]

export interface PageProps {
  /** Of the window, before the name of the dashboard. */
  title: string
  section?: Section | undefined
  /** For the forms; `undefined` if nobody is logged in. */
  formToken?: string | undefined
  /** What the page shows, so that it is told of changes: see `events.ts`. A page without it never changes by itself. */
  about?: string | undefined
  children: Child
}

/** A whole page, with what all pages have. */
export function Page({ title, section, formToken, about, children }: PageProps): JSX.Element {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · ByteNite`}</title>
        <link rel="icon" href={assetPath('icon.svg')} />
        <link rel="stylesheet" href={assetPath('style.css')} />
        <script type="module" src={assetPath('main.js')} />
      </head>
      <body data-about={about} data-token={formToken}>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header class="top">
          <a class="brand" href="/">
            ByteNite <small>local</small>
          </a>
          {formToken !== undefined && (
            <nav aria-label="Main">
              {SECTIONS.map(([path, name]) => (
                <a href={path} aria-current={path === section ? 'page' : undefined}>
                  {name}
                </a>
              ))}
            </nav>
          )}
          {formToken !== undefined && (
            <form method="post" action="/logout">
              <input type="hidden" name="token" value={formToken} />
              <button class="quiet">Log out</button>
            </form>
          )}
        </header>
        <p id="connection" class="notice" role="status" hidden>
          The connection to the platform is lost. This page shows what was known then, and goes on by itself when the platform is back.
        </p>
        <main id="main">{children}</main>
      </body>
    </html>
  )
}
