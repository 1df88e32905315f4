import { HASH_ONLY, LIBRARIES, OPENSSL, SHELL, THIS_PROJECT, UNDICI } from './contenders.js'

/** @import { BuildResult } from './builds/measure-builds.js' */
/** @import { Variant } from './builds/projects.js' */
/** @import { Result } from './bench-workload.js' */
/** @import { Usage } from './measure.js' */
/** @import { PluginLoading } from './plugin-loading.js' */
/** @import { Workload } from './workloads.js' */

const MB = 1e6

/**
 * @typedef {object} Goal
 * @property {string} goal
 * @property {string} measured
 * @property {boolean} isMet
 */

/**
 * What this project wants to reach, and whether it does.
 * @param {Map<Workload['name'], Result[]>} results
 * @param {PluginLoading} loading
 * @returns {Goal[]}
 */
export function judgeGoals(results, loading) {
  /**
   * @param {Workload['name']} workload
   * @param {string} name
   * @returns {Usage} without figures for a contender that went wrong; a goal that needs them is missed
   */
  const usage = (workload, name) => {
    const result = results.get(workload)?.find(({ contender }) => contender.name === name)
    return result?.usage !== undefined && result.correct !== 'no' ? result.usage : { wall: NaN, cpu: NaN, peak: NaN }
  }

  const s = usage('S', THIS_PROJECT)
  const m = usage('M', THIS_PROJECT)
  const l = usage('L', THIS_PROJECT)
  const f = usage('F', THIS_PROJECT)
  const openssl = usage('L', OPENSSL)
  const unwanted = loading.modules.filter((url) => /\/node_modules\/(?:undici|tar-stream)\//.test(url))
  /**
   * @param {Workload['name']} workload
   * @param {Usage} own
   * @param {number} factor
   */
  const fasterThanLibraries = (workload, own, factor) =>
    LIBRARIES.map((name) =>
      atLeast(`${workload}: ${factor} times as fast as ${name}`, usage(workload, name).wall / own.wall, factor, times),
    )
  return [
    atMost('L: pack, hash and upload in 1.7 times what openssl dgst takes', l.wall / openssl.wall, 1.7, times),
    atMost('L: pack and hash in what openssl dgst takes', usage('L', HASH_ONLY).wall / openssl.wall, 1, times),
    ...fasterThanLibraries('L', l, 1.3),
    ...fasterThanLibraries('M', m, 2),
    atLeast('F: 8 times as fast as tar-fs', usage('F', 'tar-fs').wall / f.wall, 8, times),
    atMost('F: in 2.2 times what the shell pipeline takes', f.wall / usage('F', SHELL).wall, 2.2, times),
    atMost('S: at most 35 ms more than undici', (s.wall - usage('S', UNDICI).wall) * 1000, 35, milliseconds),
    atMost('L: at most 24 MB more than undici', (l.peak - usage('L', UNDICI).peak) / MB, 24, megabytes),
    atMost('L and M: peaks within 8 MB of each other', Math.abs(l.peak - m.peak) / MB, 8, megabytes),
    atMost('vite-plugin-bytenite is loaded in 15 ms', loading.milliseconds, 15, milliseconds),
    {
      goal: 'vite-plugin-bytenite loads neither undici nor tar-stream',
      measured: unwanted.length === 0 ? 'neither' : `${unwanted.length} of their modules`,
      isMet: unwanted.length === 0,
    },
  ]
}

/**
 * What the plugin may add to a build.
 * @param {BuildResult} result
 * @returns {Goal[]}
 */
export function judgeBuilds({ project: { name }, usages, hash }) {
  const nothing = { wall: NaN, cpu: NaN, peak: NaN }
  /** @param {Variant['name']} variant */
  const usage = (variant) => usages.get(variant) ?? nothing
  const without = usage('without')
  if (name === 'large') {
    const goal = 'large build: 1.15 times what it takes without the plugin, and the hash'
    return [
      atMost(goal, (usage('packed').wall - hash) / without.wall, 1.15, times),
      atMost('large build: 1.1 times the memory that it needs without the plugin', usage('packed').peak / without.peak, 1.1, times),
    ]
  }
  /** @type {[Variant['name'], number][]} */
  const limits = [
    ['packed', 35],
    ['up to date', 110],
    ['published', 140],
  ]
  return limits.map(([variant, limit]) =>
    atMost(`${name} build, ${variant}: at most ${limit} ms more`, (usage(variant).wall - without.wall) * 1000, limit, milliseconds),
  )
}

/**
 * @param {string} goal
 * @param {number} value NaN if it could not be measured
 * @param {number} limit
 * @param {(value: number) => string} show
 * @returns {Goal}
 */
export function atMost(goal, value, limit, show) {
  return { goal, measured: Number.isNaN(value) ? 'nothing' : show(value), isMet: value <= limit }
}

/**
 * @param {string} goal
 * @param {number} value NaN if it could not be measured
 * @param {number} limit
 * @param {(value: number) => string} show
 * @returns {Goal}
 */
function atLeast(goal, value, limit, show) {
  return { ...atMost(goal, value, limit, show), isMet: value >= limit }
}

/** @param {number} value */
export const times = (value) => `${value.toFixed(2)} times`
/** @param {number} value */
export const milliseconds = (value) => `${value.toFixed(1)} ms`
/** @param {number} value */
export const megabytes = (value) => `${value.toFixed(1)} MB`
