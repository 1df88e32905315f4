// Loads the Vite plugin as a user's config does, and prints how many milliseconds that took.

import { performance } from 'node:perf_hooks'

const begin = performance.now()
await import('vite-plugin-bytenite')
console.log(performance.now() - begin)
