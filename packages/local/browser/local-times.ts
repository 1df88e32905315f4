const SHORT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const TIME_OF_DAY = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' })

/** Shows all times in the viewer's zone. */
export function localiseTimes(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLTimeElement>('time[datetime]:not([data-local])')) {
    const time = new Date(element.dateTime)
    element.textContent = (element.dataset['short'] === undefined ? SHORT : TIME_OF_DAY).format(time)
    element.title = `${EXACT.format(time)} (${element.dateTime})`
    element.dataset['local'] = ''
  }
}
