import { posix } from 'node:path'
import type { FileUse } from '../modules/file-uses.js'
import type { GraphModule, ModuleGraph } from '../modules/graph.js'
import type { Selection } from '../output/select-files.js'
import type { Finding } from './codes.js'

interface Reference {
  module: GraphModule
  line: number
  use: FileUse
}

/**
 * Finds files that the code reads from a place beside itself, and that are not in the archive. Only if nothing but that is done
 * to them, in any module: what the code also writes, looks for or hands on may come about while it runs.
 */
export function findMissingFiles({ modules }: ModuleGraph, { files, emptyDirectories }: Selection): Finding[] {
  const present = new Set(emptyDirectories)
  for (const { path } of files)
    for (let known = path; known !== '.' && !present.has(known); known = posix.dirname(known)) present.add(known)
  const byPath = referencesByPath(modules.values())
  const madeByCode = [...byPath].filter(([, references]) => references.some(({ use }) => !isNeed(use))).map(([path]) => path)
  const findings: Finding[] = []
  for (const [path, references] of byPath) {
    const needed = references.find(({ use }) => !use.isGuarded)
    if (needed === undefined || present.has(path) || madeByCode.some((made) => path === made || path.startsWith(`${made}/`))) continue
    const { module, line, use } = needed
    const shown = posix.relative(posix.dirname(module.path), path)
    findings.push({
      code: 'missing-file',
      message: `${module.chain.join(' → ')}:${line} ${use.action === 'run' ? 'runs' : 'reads'} "${shown}", which is not in the archive.`,
    })
  }
  return findings
}

/** The references to each file that does not go by another name, by paths relative to `app/`. */
function referencesByPath(modules: Iterable<GraphModule>): Map<string, Reference[]> {
  const byPath = new Map<string, Reference[]>()
  for (const module of modules) {
    for (const { path: named, line, uses } of module.syntax.files) {
      const path = posix.join(posix.dirname(module.path), named)
      const known = byPath.get(path) ?? []
      byPath.set(path, [...known, ...uses.map((use) => ({ module, line, use }))])
    }
  }
  return byPath
}

function isNeed({ action }: FileUse): boolean {
  return action === 'read' || action === 'run'
}
