/** Asks before a form is sent that says so, and sends none twice. */
export function startForms(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement
    const question = form.dataset['confirm']
    if (question !== undefined && !confirm(question)) return event.preventDefault()
    if (form.method !== 'post' || event.defaultPrevented) return
    for (const button of form.querySelectorAll('button')) button.disabled = true
  })
  // A page that comes back out of the browser's memory may be used again.
  addEventListener('pageshow', () => {
    for (const button of document.querySelectorAll<HTMLButtonElement>('form.action button')) button.disabled = false
  })
}
