/**
 * @typedef {object} Workload
 * @property {'S' | 'M' | 'L' | 'F'} name
 * @property {number} files
 * @property {number} fileSize bytes of each
 * @property {number} rounds how often each contender is measured
 */

/** Small, medium, large, and many files. @type {Workload[]} */
export const workloads = [
  { name: 'S', files: 20, fileSize: 50_000, rounds: 11 },
  { name: 'M', files: 2_000, fileSize: 50_000, rounds: 5 },
  { name: 'L', files: 20, fileSize: 50_000_000, rounds: 5 },
  { name: 'F', files: 50_000, fileSize: 2_000, rounds: 5 },
]

/** The same in less than a minute, to see whether the benchmark works; the figures mean little. @type {Workload[]} */
export const quickWorkloads = [
  { name: 'S', files: 20, fileSize: 50_000, rounds: 2 },
  { name: 'M', files: 100, fileSize: 50_000, rounds: 2 },
  { name: 'L', files: 20, fileSize: 2_500_000, rounds: 2 },
  { name: 'F', files: 1_000, fileSize: 2_000, rounds: 2 },
]
