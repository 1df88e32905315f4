import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeMachine } from '../environment.js'
import { atMost, milliseconds } from '../goals.js'
import { QUICK, reportGoals, table } from '../report.js'
import { median, percentile } from '../statistics.js'
import { WatchedProject } from './watched-project.js'

/** @import { BenchOptions } from '../bench.js' */
/** @import { Save } from './watched-project.js' */

/** Milliseconds between a result and the next save. */
const PAUSE = 1_000

/**
 * From a save to the result on the terminal, with a real watcher. Whatever goes wrong ends the benchmark.
 * @param {BenchOptions} options
 */
export async function benchLoop({ quick, directory, print }) {
  const saves = quick ? 3 : 20
  print(await header(saves))
  if (quick) print(QUICK)
  const project = await WatchedProject.start(join(directory, 'loop'))
  /** @type {Save[]} */
  const measured = []
  /** @type {number[]} */
  const alone = []
  for (let save = 1; save <= saves; save++) {
    await sleep(PAUSE)
    measured.push(await project.save(save + 1))
    alone.push(await project.runAlone())
  }
  project.stop()
  const more = measured.map(({ built, result }) => result - built)
  print(
    table(
      ['save', ...COLUMNS],
      measured.map((save, index) => row(String(index + 1), save)),
    ),
  )
  /**
   * @param {string} name
   * @param {(values: number[]) => number} of
   */
  const statistic = (name, of) => [
    name,
    milliseconds(of(measured.map(({ built }) => built))),
    milliseconds(of(measured.map(({ result }) => result))),
    milliseconds(of(more)),
  ]
  print(table(['', ...COLUMNS], [statistic('median', median), statistic('95 of 100', (values) => percentile(values, 95))]))
  print(`The program of the task alone takes ${milliseconds(median(alone))} (median), started in turns with the saves.`)
  print(
    reportGoals([
      atMost('a result at most 250 ms after the build time, median', median(more), 250, milliseconds),
      atMost('a result at most 250 ms after the build time, 95 of 100 times', percentile(more, 95), 250, milliseconds),
    ]),
  )
  return true
}

const COLUMNS = ['build, as Vite says', 'from the save to the result', 'more than the build']

/**
 * @param {string} name
 * @param {Save} save
 */
function row(name, { built, result }) {
  return [name, ...[built, result, result - built].map(milliseconds)]
}

/** @param {number} saves */
async function header(saves) {
  return [
    '# Benchmark of the loop on save',
    `How long it takes from a save to the result: \`bytenite-local dev --watch -- vite build --watch\` in examples/hello-world, ${saves} saves.`,
    (await describeMachine()).map((line) => `- ${line}`).join('\n'),
    'A save replaces a source file. Between it and the result, Vite notices it, builds and publishes, and the platform runs the job and ' +
      'the loop downloads and compares the results. The build is what Vite prints as "built in".',
  ].join('\n\n')
}
