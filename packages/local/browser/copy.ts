/** Milliseconds that a button says that it has copied. */
const SHOWN = 1500

/** Makes buttons with `data-copy` copy the code beside them. */
export function copyOnClick(): void {
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>('button[data-copy]') : null
    const code = button?.parentElement?.querySelector('code')
    if (button && code) void copy(button, code)
  })
}

async function copy(button: HTMLButtonElement, code: HTMLElement): Promise<void> {
  const text = button.textContent
  try {
    await navigator.clipboard.writeText(code.textContent ?? '')
    button.textContent = 'Copied'
  } catch {
    // Only pages that came encrypted, or from this machine, may write there. Selected, it is a key away.
    getSelection()?.selectAllChildren(code)
    button.textContent = 'Selected'
  }
  setTimeout(() => (button.textContent = text), SHOWN)
}
