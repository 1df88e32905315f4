import { formatBytes } from 'bytenite-uploader/internal'
import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'

/**
 * A time, which a script turns into that of the viewer's zone.
 * @param at an RFC 3339 time
 * @param isShort whether the time of the day is enough, because the day stands beside it
 */
export function Time({ at, isShort = false }: { at: string | null | undefined; isShort?: boolean }): JSX.Element {
  if (!at) return <span class="none">–</span>
  return (
    <time datetime={at} title={at} data-short={isShort ? '' : undefined}>
      {isShort ? `${at.slice(11, 19)} UTC` : `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`}
    </time>
  )
}

export function Size({ bytes }: { bytes: number }): JSX.Element {
  return <span title={`${bytes} bytes`}>{formatBytes(bytes)}</span>
}

/** Such as `1 task` or `2 tasks`. @param what a word with a regular plural */
export function countText(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/** Names and values. Those without a value are left out. */
export function Facts({ rows }: { rows: readonly (readonly [string, Child])[] }): JSX.Element {
  return (
    <dl class="facts">
      {rows
        .filter(([, value]) => value !== '' && value !== undefined && value !== null)
        .map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** What is shown where there is nothing. @param command what to do about it */
export function Empty({ children, command }: { children: Child; command?: string | undefined }): JSX.Element {
  return (
    <div class="empty">
      <p>{children}</p>
      {command !== undefined && <Copyable text={command} label="Copy the command" />}
    </div>
  )
}

/** A line to copy. */
export function Copyable({ text, label }: { text: string; label: string }): JSX.Element {
  return (
    <div class="copyable">
      <code>{text}</code>
      <button type="button" class="quiet" data-copy aria-label={label}>
        Copy
      </button>
    </div>
  )
}

/** A form that is only a button. @param confirm a question to answer before */
export function Action(props: {
  action: string
  formToken: string
  children: Child
  fields?: Readonly<Record<string, string>>
  confirm?: string
  isDanger?: boolean
}): JSX.Element {
  return (
    <form method="post" action={props.action} class="action" data-confirm={props.confirm}>
      <input type="hidden" name="token" value={props.formToken} />
      {Object.entries(props.fields ?? {}).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button class={props.isDanger === true ? 'danger' : undefined}>{props.children}</button>
    </form>
  )
}
