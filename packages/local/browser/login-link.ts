/** Logs in by the text of a link, which is in the address of the page only, and then nowhere. */
export function enhance(form: HTMLElement): void {
  const once = form.querySelector<HTMLInputElement>('[name="once"]')
  if (once === null) return
  once.value = location.hash.slice(1)
  history.replaceState(null, '', location.pathname)
  if (once.value !== '') (form as HTMLFormElement).requestSubmit()
}
