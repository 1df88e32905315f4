// Measures this project against others that do the same, and prints what came out as Markdown:
//
//     bench.js [publish | jobs | loop | dashboard | slurm] [--quick]
//
// A full run also writes results.md, results-jobs.md, results-loop.md, results-dashboard.md or results-slurm.md; with --quick, everything is small and over in a minute or two. Needs Linux,
// GNU time and 5 GB in the temporary directory; the dashboard, Chromium; a real cluster, root and Slurm.

import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { benchPublish } from './bench-publish.js'
import { benchDashboard } from './dashboard/bench-dashboard.js'
import { benchJobs } from './jobs/bench-jobs.js'
import { benchLoop } from './loop/bench-loop.js'
import { benchSlurm } from './slurm/bench-slurm.js'
import { temporaryDirectory } from './temporary-directory.js'

/**
 * @typedef {object} BenchOptions
 * @property {boolean} quick
 * @property {string} directory for temporary files
 * @property {(section: string) => void} print shows a part of the report
 */

/**
 * @typedef {object} Part
 * @property {(options: BenchOptions) => Promise<boolean>} bench resolves with whether all that this project did was correct
 * @property {string} results the report of a full run
 */

/** @type {Record<string, Part>} */
const parts = {
  publish: { bench: benchPublish, results: 'results.md' },
  jobs: { bench: benchJobs, results: 'results-jobs.md' },
  loop: { bench: benchLoop, results: 'results-loop.md' },
  dashboard: { bench: benchDashboard, results: 'results-dashboard.md' },
  slurm: { bench: benchSlurm, results: 'results-slurm.md' },
}

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean', default: false } }, allowPositionals: true })
const unknown = positionals.find((name) => !Object.hasOwn(parts, name))
if (unknown !== undefined) throw new Error(`There is no part "${unknown}". Parts: ${Object.keys(parts).join(', ')}.`)
for (const [name, { bench, results }] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  /** @type {string[]} */
  const sections = []
  /** @param {string} section */
  const print = (section) => {
    console.log(`${section}\n`)
    sections.push(`${section}\n`)
  }
  const isCorrect = await bench({ quick: values.quick, directory: temporaryDirectory(), print })
  if (!values.quick) await writeFile(new URL(results, import.meta.url), sections.join('\n'))
  if (!isCorrect) process.exitCode = 1
}
