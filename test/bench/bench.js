// Measures this project against others that do the same, and prints what came out as Markdown. A full run also writes it to
// results.md; with --quick, everything is small and over in a minute. Needs GNU time and 5 GB in the temporary directory.

import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { benchWorkload } from './bench-workload.js'
import { measureBuilds } from './builds/measure-builds.js'
import { projects } from './builds/projects.js'
import { HASH_ONLY, NOTHING_NEW, THIS_PROJECT } from './contenders.js'
import { judgeBuilds, judgeGoals } from './goals.js'
import { measurePluginLoading } from './plugin-loading.js'
import { reportBuilds, reportGoals, reportHeader, reportWorkload } from './report.js'
import { temporaryDirectory } from './temporary-directory.js'
import { quickWorkloads, workloads } from './workloads.js'

/** @import { Result } from './bench-workload.js' */
/** @import { Workload } from './workloads.js' */

const { quick } = parseArgs({ options: { quick: { type: 'boolean', default: false } } }).values
const directory = temporaryDirectory()
/** @type {string[]} */
const sections = []
/** @type {Map<Workload['name'], Result[]>} */
const results = new Map()

print(await reportHeader(directory))
if (quick) print('**A quick run, with small workloads and few rounds: it shows that the benchmark works, and its figures mean little.**')
for (const workload of quick ? quickWorkloads : workloads) {
  const result = await benchWorkload(workload, directory, (progress) => console.error(`${workload.name}: ${progress}`))
  results.set(workload.name, result)
  print(reportWorkload(workload, result))
}
const builds = []
for (const project of projects) {
  const rounds = quick ? 1 : project.rounds
  builds.push(await measureBuilds({ ...project, rounds }, directory, (progress) => console.error(`build of ${project.name}: ${progress}`)))
}
print(reportBuilds(builds))
console.error('loading the plugin')
print(reportGoals([...judgeGoals(results, await measurePluginLoading(directory)), ...builds.flatMap(judgeBuilds)]))

if (!quick) await writeFile(new URL('results.md', import.meta.url), sections.join('\n'))
const own = [...results.values()].flat().filter(({ contender }) => [THIS_PROJECT, NOTHING_NEW, HASH_ONLY].includes(contender.name))
if (own.some(({ correct }) => correct !== 'yes')) process.exitCode = 1

/** @param {string} section */
function print(section) {
  console.log(`${section}\n`)
  sections.push(`${section}\n`)
}
