import { pathWithin, commonDirectory } from '../utils/directories.js'
import { ByteNiteError } from '../errors.js'
import type { SelectedFile } from '../output/select-files.js'
import { isFloating, parseNodeImage } from '../manifest/image.js'
import type { Manifest } from '../manifest/manifest.js'
import type { ResolvedOptions } from '../options.js'
import { CHECKS, type CheckLevel, type CheckOptions, type Finding } from './codes.js'
import { findUnknownVariables } from './environment-reads.js'
import { findMissingImports, findNewerBuiltins } from './missing-imports.js'
import { findWrongFormats } from './module-format.js'
import type { ModuleGraph } from '../modules/graph.js'
import { findForeignAddons, findMissingAddons } from './native-addons.js'
import type { PackageTypes } from '../modules/package-types.js'

/** What is known of the files to be packed. */
export interface CheckedApp {
  manifest: Manifest
  files: ReadonlyMap<string, SelectedFile>
  /** Of the entrypoint; `undefined` when that is not JavaScript. */
  graph: ModuleGraph | undefined
  types: PackageTypes
}

/** Looks for what would fail in the container. */
export async function findProblems({ manifest, files, graph, types }: CheckedApp, options: ResolvedOptions): Promise<Finding[]> {
  const { container, secrets = [] } = manifest.file.platform_config
  const image = parseNodeImage(container)
  const findings: Finding[] = []
  if (graph !== undefined) {
    findings.push(
      ...findWrongEntry(manifest.file.entrypoint, graph, options),
      ...findMissingImports(graph, image),
      ...findNewerBuiltins(graph, image),
      ...findWrongFormats(graph, types, image),
      ...(await findForeignAddons(files.values(), graph.addons, image)),
      ...findMissingAddons(graph, files),
    )
  }
  findings.push(...findUnknownVariables(options.sourceModules, secrets))
  if (isFloating(container)) {
    findings.push({ code: 'floating-tag', message: `The container "${container}" may be another image tomorrow.` })
  }
  return findings
}

/** A chunk that only another file imports does nothing when it is started. */
function findWrongEntry(entrypoint: string, { modules }: ModuleGraph, { directories, entryFiles }: ResolvedOptions): Finding[] {
  const base = commonDirectory(directories)
  const entries = entryFiles.map((file) => pathWithin(base, file))
  if (entries.length === 0 || entries.some((entry) => modules.has(entry))) return []
  return [
    {
      code: 'not-an-entry',
      message: `The entrypoint ${entrypoint} does not lead to ${entries.length === 1 ? `the bundle's entry file, ${entries[0]}` : `an entry file of the bundle (${entries.join(', ')})`}.`,
    },
  ]
}

/**
 * Warns of what may fail.
 * @throws {ByteNiteError} `CHECK_FAILED` with all that would fail
 */
export function reportProblems(
  findings: readonly Finding[],
  { checks, onWarning }: Pick<ResolvedOptions, 'checks' | 'onWarning'>,
  container: string,
): void {
  const errors: string[] = []
  for (const finding of findings) {
    const { remedy = CHECKS[finding.code].remedy } = finding
    const level = levelOf(finding, checks)
    if (level === 'warn') onWarning(`[${finding.code}] ${finding.message} ${remedy}`)
    if (level === 'error') errors.push(`  - [${finding.code}] ${finding.message}\n    ${remedy}`)
  }
  if (errors.length === 0) return
  const count = errors.length === 1 ? 'a reason' : `${errors.length} reasons`
  throw new ByteNiteError('CHECK_FAILED', `This would not run in the container ${container}, for ${count}:\n${errors.join('\n')}`, {
    hint: `If you know better, the option "checks" takes the levels 'error', 'warn' and 'off' by these names.`,
  })
}

function levelOf({ code, isUncertain }: Finding, checks: CheckOptions): CheckLevel {
  if (checks === false) return 'off'
  return checks[code] ?? (isUncertain === true ? 'warn' : CHECKS[code].level)
}
