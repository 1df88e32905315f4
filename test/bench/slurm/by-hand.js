import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CPUS, MEGABYTES } from './programs.js'

/** @import { Cluster } from '../../helpers/slurm-cluster.ts' */

/** Milliseconds between two looks at the queue. */
const PAUSE = 100

/**
 * The same tasks as arrays that somebody wrote by hand, without a platform: each task reads its chunk and writes its result.
 * @param {Cluster} cluster
 * @param {object} options
 * @param {string} options.directory a new one
 * @param {string} options.program the entrypoint of the app, whose variables are set as in a job
 * @param {number} options.tasks
 * @param {number} options.perElement tasks that an element runs, one after the other
 * @returns {Promise<number>} seconds from the first command until the queue is empty
 */
export async function runByHand(cluster, { directory, program, tasks, perElement }) {
  const [chunks, results] = [join(directory, 'chunks'), join(directory, 'results')]
  await mkdir(chunks, { recursive: true })
  await mkdir(results)
  for (let chunk = 0; chunk < tasks; chunk++) {
    await mkdir(join(chunks, String(chunk)))
    await writeFile(join(chunks, String(chunk), 'data.bin'), `${chunk}\n`)
  }
  const script = [
    '#!/bin/sh',
    `i=$((($1 + SLURM_ARRAY_TASK_ID) * ${perElement}))`,
    `end=$((i + ${perElement}))`,
    `while [ $i -lt $end ] && [ $i -lt ${tasks} ]; do`,
    `  mkdir ${results}/$i`,
    `  CHUNK_NUMBER=$i TASK_DIR=${chunks}/$i TASK_RESULTS_DIR=${results}/$i ${program} || exit`,
    '  i=$((i + 1))',
    'done',
  ].join('\n')
  const file = join(directory, 'element.sh')
  await writeFile(file, `${script}\n`)
  const elements = Math.ceil(tasks / perElement)
  const most = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(await cluster.run('scontrol', ['show', 'config']))?.[1]) - 1
  const begin = performance.now()
  for (let first = 0; first < elements; first += most) {
    const last = Math.min(elements - first, most) - 1
    const needs = [`--cpus-per-task=${CPUS}`, `--mem=${MEGABYTES}M`]
    await cluster.run('sbatch', [`--array=0-${last}`, ...needs, '--output=/dev/null', '--error=/dev/null', file, String(first)])
  }
  while ((await cluster.run('squeue', ['--noheader'])) !== '') await sleep(PAUSE)
  const seconds = (performance.now() - begin) / 1000
  const end = await readFile(join(results, String(tasks - 1), 'out.txt'), 'utf8')
  if (end !== `${tasks - 1}\n`) throw new Error('The tasks of the array are not the same.')
  await rm(directory, { recursive: true })
  return seconds
}
