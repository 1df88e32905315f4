import { copyOnClick } from './copy.js'
import { startForms } from './forms.js'
import { keepLive, livePartsOf } from './live.js'
import { localiseTimes } from './local-times.js'

/** Loaded only on the pages that have something for them. */
const ENHANCEMENTS: Readonly<Record<string, () => Promise<{ enhance(element: HTMLElement): void }>>> = {
  grid: () => import('./task-grid.js'),
  log: () => import('./log-view.js'),
  'login-link': () => import('./login-link.js'),
  'new-job': () => import('./new-job.js'),
}

const parts = livePartsOf(document)
copyOnClick()
startForms()
localiseTimes(document)
enhanceAll()
document.addEventListener('refreshed', () => {
  localiseTimes(document)
  enhanceAll()
})
const { about } = document.body.dataset
if (about !== undefined) void keepLive(about, parts)

function enhanceAll(): void {
  for (const element of document.querySelectorAll<HTMLElement>('[data-enhance]:not([data-enhanced])')) {
    element.dataset['enhanced'] = ''
    const load = ENHANCEMENTS[element.dataset['enhance'] ?? '']
    if (load !== undefined) void load().then(({ enhance }) => enhance(element))
  }
}
