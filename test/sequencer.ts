import { statSync } from 'node:fs'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Projects whose files take long, those that take longest first. */
const LONG = ['slurm', 'installation', 'frameworks', 'matrix', 'faults', 'packing']

/** Most of their files only name what is tried: the less such a file says, the more it does. */
const TERSE = new Set(LONG.slice(1))

/** Begins with the files that take longest: one that begins last would be waited for alone. */
export class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ project }: TestSpecification): number => (LONG.includes(project.name) ? LONG.indexOf(project.name) : LONG.length)
    const weight = ({ project, moduleId }: TestSpecification): number => statSync(moduleId).size * (TERSE.has(project.name) ? -1 : 1)
    return Promise.resolve(files.toSorted((a, b) => place(a) - place(b) || weight(b) - weight(a)))
  }
}
