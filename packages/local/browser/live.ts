import { tokenHeader } from './form-token.js'

/** Milliseconds. */
const MIN_INTERVAL = 1_000
const MAX_WAIT = 5_000
/** The platform sends something at least this often. */
const SILENCE = 25_000

/** How much longer than a refresh took the pause after it is, so that a page never takes a large share of the platform. */
const SHARE = 15

/** The parts of a page that have `data-live`, by their IDs: as the platform sent them, or what stands for that in `data-live`. */
export type LiveParts = Map<string, string>

export function livePartsOf(page: Document): LiveParts {
  return new Map(Array.from(page.querySelectorAll<HTMLElement>('[data-live][id]'), (element) => [element.id, keyOf(element)]))
}

function keyOf(element: HTMLElement): string {
  const { live = '' } = element.dataset
  return live === '' || live === 'true' ? element.outerHTML : live
}

/**
 * Keeps the parts of the page as the platform has them, until the page is left. After a gap, it looks at once.
 * @param about what the platform is asked to tell of
 * @param parts as they are before a script has changed them
 */
export async function keepLive(about: string, parts: LiveParts): Promise<void> {
  const refresh = createRefresher(parts)
  for (let wait = 500; ; wait = Math.min(wait * 2, MAX_WAIT)) {
    try {
      for await (const hasChanged of changes(about)) {
        showConnection(true)
        wait = 500
        if (hasChanged) refresh()
      }
    } catch (error) {
      if (error instanceof LoggedOut) return location.reload()
    }
    showConnection(false)
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}

class LoggedOut extends Error {}

/** Yields for each message, first when the connection is there. With a POST, because a browser says for none else where it comes from. */
async function* changes(about: string): AsyncGenerator<boolean> {
  const stop = new AbortController()
  const response = await fetch(`/events?${new URLSearchParams({ about }).toString()}`, {
    method: 'POST',
    headers: tokenHeader(),
    signal: stop.signal,
  })
  if (response.status === 401 || response.status === 403) throw new LoggedOut()
  if (!response.ok || response.body === null) throw new Error(`The platform responded with ${response.status}.`)
  yield true
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  try {
    for (;;) {
      const timer = setTimeout(() => stop.abort(), SILENCE)
      const { done, value } = await reader.read().finally(() => clearTimeout(timer))
      if (done) return
      yield value.includes('data:')
    }
  } finally {
    stop.abort()
  }
}

function showConnection(isThere: boolean): void {
  const notice = document.getElementById('connection')
  if (notice !== null) notice.hidden = isThere
}

/** @returns a function that refreshes the page soon, and not too often */
function createRefresher(shown: LiveParts): () => void {
  let isPending = false
  let isBusy = false
  const run = async (): Promise<void> => {
    isBusy = true
    while (isPending) {
      isPending = false
      await untilVisible()
      const start = performance.now()
      await refreshParts(shown).catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, Math.max(MIN_INTERVAL, SHARE * (performance.now() - start))))
    }
    isBusy = false
  }
  return () => {
    isPending = true
    if (!isBusy) void run()
  }
}

function untilVisible(): Promise<void> | undefined {
  if (!document.hidden) return undefined
  return new Promise((resolve) => {
    const check = (): void => {
      if (document.hidden) return
      document.removeEventListener('visibilitychange', check)
      resolve()
    }
    document.addEventListener('visibilitychange', check)
  })
}

async function refreshParts(shown: LiveParts): Promise<void> {
  const response = await fetch(location.href, { headers: { accept: 'text/html' } })
  if (response.redirected) return location.reload()
  // Of one that was deleted, the last that was known stays.
  if (!response.ok) return
  const next = new DOMParser().parseFromString(await response.text(), 'text/html')
  let hasChanged = false
  for (const [id, text] of livePartsOf(next)) {
    const [current, element] = [document.getElementById(id), next.getElementById(id)]
    if (current === null || element === null || shown.get(id) === text) continue
    shown.set(id, text)
    replace(current, element)
    hasChanged = true
  }
  if (hasChanged) document.dispatchEvent(new Event('refreshed'))
}

/** Puts an element in the place of another. What is open stays open, and the focus stays where it is. */
function replace(current: HTMLElement, next: HTMLElement): void {
  const open = new Set(Array.from(current.querySelectorAll('details[open]'), (details) => details.id))
  for (const details of next.querySelectorAll('details')) if (details.id !== '' && open.has(details.id)) details.open = true
  const focused = current.contains(document.activeElement) ? selectorOf(document.activeElement as HTMLElement) : undefined
  current.replaceWith(document.adoptNode(next))
  if (focused !== undefined) document.querySelector<HTMLElement>(focused)?.focus({ preventScroll: true })
}

function selectorOf(element: HTMLElement): string {
  if (element.id !== '') return `#${CSS.escape(element.id)}`
  const href = element.getAttribute('href')
  if (href !== null) return `${element.tagName}[href="${CSS.escape(href)}"]`
  const action = element.closest('form')?.getAttribute('action')
  return action ? `form[action="${CSS.escape(action)}"] ${element.tagName}` : element.tagName
}
