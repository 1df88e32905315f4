import type { JSX } from 'hono/jsx/jsx-runtime'
import { countText } from './parts.js'

interface PagesProps {
  /** From 1. */
  page: number
  pages: number
  total: number
  /** What there is, such as `job`. */
  of: string
  pathOf(page: number): string
}

/** The way through a list that is longer than a page. */
export function Pages({ page, pages, total, of, pathOf }: PagesProps): JSX.Element {
  if (pages <= 1) return <p class="total">{countText(total, of)}</p>
  return (
    <nav class="pages" aria-label={`Pages of ${of}s`}>
      {page > 1 && (
        <a href={pathOf(page - 1)} rel="prev">
          ‹ Previous
        </a>
      )}
      <span>{`Page ${page} of ${pages}, ${countText(total, of)}`}</span>
      {page < pages && (
        <a href={pathOf(page + 1)} rel="next">
          Next ›
        </a>
      )}
    </nav>
  )
}
