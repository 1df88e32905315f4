import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'

interface TableProps {
  /** What is in it, for those who do not see it. */
  label: string
  /** The names of the columns. */
  head: readonly string[]
  /** Rows. */
  children: Child
}

/** A table that scrolls by itself where it is wider than the window. */
export function Table({ label, head, children }: TableProps): JSX.Element {
  return (
    <div class="scroll" role="region" aria-label={label} tabindex={0}>
      <table>
        <thead>
          <tr>
            {head.map((name) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
