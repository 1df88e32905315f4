import { SHELL } from '../jobs/programs.js'

/** @import { App } from '../jobs/platform.js' */

/** What an element of an array gets, so that each CPU of the nodes can have one. */
export const CPUS = 1
export const MEGABYTES = 256

/** A task of 50 ms. @type {App} */
export const SHORT = {
  ...SHELL,
  name: 'short',
  code: `${SHELL.code}sleep 0.05\n`,
  deviceRequirements: { minCpu: CPUS, minMemory: MEGABYTES / 1024 },
}
