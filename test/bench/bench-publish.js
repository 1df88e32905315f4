import { benchWorkload } from './bench-workload.js'
import { measureBuilds } from './builds/measure-builds.js'
import { projects } from './builds/projects.js'
import { HASH_ONLY, NOTHING_NEW, THIS_PROJECT } from './contenders.js'
import { judgeBuilds, judgeGoals } from './goals.js'
import { measurePluginLoading } from './plugin-loading.js'
import { QUICK, reportBuilds, reportGoals, reportHeader, reportWorkload } from './report.js'
import { quickWorkloads, workloads } from './workloads.js'

/** @import { BenchOptions } from './bench.js' */
/** @import { Result } from './bench-workload.js' */
/** @import { Workload } from './workloads.js' */

/**
 * Packs, hashes and uploads directories, as other packers and the shell do, and builds with and without the plugin.
 * @param {BenchOptions} options
 */
export async function benchPublish({ quick, directory, print }) {
  /** @type {Map<Workload['name'], Result[]>} */
  const results = new Map()
  print(await reportHeader(directory))
  if (quick) print(QUICK)
  for (const workload of quick ? quickWorkloads : workloads) {
    const result = await benchWorkload(workload, directory, (progress) => console.error(`${workload.name}: ${progress}`))
    results.set(workload.name, result)
    print(reportWorkload(workload, result))
  }
  const builds = []
  for (const project of projects) {
    const rounds = quick ? 1 : project.rounds
    builds.push(
      await measureBuilds({ ...project, rounds }, directory, (progress) => console.error(`build of ${project.name}: ${progress}`)),
    )
  }
  print(reportBuilds(builds))
  console.error('loading the plugin')
  print(reportGoals([...judgeGoals(results, await measurePluginLoading(directory)), ...builds.flatMap(judgeBuilds)]))
  const own = [...results.values()].flat().filter(({ contender }) => [THIS_PROJECT, NOTHING_NEW, HASH_ONLY].includes(contender.name))
  return own.every(({ correct }) => correct === 'yes')
}
