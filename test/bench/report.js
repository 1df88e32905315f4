import { variants } from './builds/projects.js'
import { contenders, OPENSSL, THIS_PROJECT } from './contenders.js'
import { describeMachine, versionsOf } from './environment.js'

/** @import { BuildResult } from './builds/measure-builds.js' */
/** @import { Result } from './bench-workload.js' */
/** @import { Goal } from './goals.js' */
/** @import { Workload } from './workloads.js' */

/** Under the header of a report. */
export const QUICK = '**A quick run, with small workloads and few rounds: it shows that the benchmark works, and its figures mean little.**'

/** Of what a contender says about its failure. */
const MAX_LINES = 20

/**
 * What was measured where.
 * @param {string} directory
 */
export async function reportHeader(directory) {
  const lines = (await describeMachine()).map((line) => `- ${line}`)
  const rows = await Promise.all(
    contenders.map(async (contender) => [contender.name, contender.description, await versionsOf(contender, directory)]),
  )
  return [
    '# Benchmark',
    'How long a fresh process takes to pack a directory, hash the tar by SHA-256 and upload it to a server on this machine.',
    lines.join('\n'),
    table(['contender', 'does', 'version'], rows),
    'All contenders take turns. The server keeps what arrives in memory, and looks at it only when the contender has ended. Wall time is that of the whole process; CPU time is that of all its processes, without the ' +
      'server; peak RSS is that of its largest process; all are medians. Correct means that what arrived was extracted by ' +
      'tar and is the same as what was packed, byte by byte, and that the hash is that of what arrived.',
  ].join('\n\n')
}

/**
 * @param {Workload} workload
 * @param {Result[]} results
 */
export function reportWorkload({ name, files, fileSize, rounds }, results) {
  const yardstick = name === 'L' ? OPENSSL : THIS_PROJECT
  const unit = results.find(({ contender }) => contender.name === yardstick)?.usage?.wall ?? NaN
  const rows = results.map(({ contender, correct, usage }) => [
    contender.name,
    ...(usage === undefined
      ? ['–', '–', '–', '–']
      : [
          `${usage.wall.toFixed(3)} s`,
          Number.isNaN(unit) ? '–' : (usage.wall / unit).toFixed(2),
          `${usage.cpu.toFixed(2)} s`,
          `${(usage.peak / 1e6).toFixed(0)} MB`,
        ]),
    correct,
  ])
  const problems = results.filter(({ problem }) => problem !== undefined)
  return [
    `## ${name}: ${count(files)} files, ${count((files * fileSize) / 1e6)} MB (${rounds} rounds)`,
    table(['contender', 'wall (median)', `ratio to ${yardstick}`, 'CPU', 'peak RSS', 'correct'], rows),
    ...problems.map(({ contender, problem = '' }) => `${contender.name}:\n\n${indented(problem)}`),
  ].join('\n\n')
}

/** @param {BuildResult[]} results */
export function reportBuilds(results) {
  const tables = results.map(({ project: { name, rounds }, usages, size, hash }) => {
    const unit = usages.get('without')
    const rows = variants.flatMap((variant) => {
      const usage = usages.get(variant.name)
      if (usage === undefined || unit === undefined) return []
      const { wall, cpu, peak } = usage
      const more = `${((wall - unit.wall) * 1000).toFixed(0)} ms`
      const [seconds, ratio, memory] = [wall.toFixed(3), (wall / unit.wall).toFixed(2), (peak / unit.peak).toFixed(2)]
      return [[variant.description, `${seconds} s`, more, ratio, `${cpu.toFixed(2)} s`, `${(peak / 1e6).toFixed(0)} MB`, memory]]
    })
    return [
      `### ${name} (${rounds} rounds)`,
      `An archive of ${(size / 1e6).toFixed(1)} MB; \`openssl dgst\` hashes it in ${(hash * 1000).toFixed(0)} ms.`,
      table(['build', 'wall (median)', 'more', 'ratio', 'CPU', 'peak RSS', 'ratio'], rows),
    ].join('\n\n')
  })
  return ['## Builds: `vite build` with and without the plugin', ...tables].join('\n\n')
}

/** @param {Goal[]} goals */
export function reportGoals(goals) {
  const rows = goals.map(({ goal, measured, isMet }) => [goal, measured, isMet ? 'met' : 'missed'])
  return ['## Goals', table(['goal', 'measured', 'result'], rows)].join('\n\n')
}

/**
 * @param {string[]} header
 * @param {string[][]} rows
 */
export function table(header, rows) {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The beginning of another program's text, as code. @param {string} text */
function indented(text) {
  const lines = text.trim().split('\n')
  if (lines.length > MAX_LINES) lines.splice(MAX_LINES, Infinity, '...')
  return lines.map((line) => `    ${line}`).join('\n')
}

/** @param {number} value */
export function count(value) {
  return value.toLocaleString('en')
}
