import { ByteNiteError } from '../errors.js'
import { isFloating, parseNodeImage } from '../manifest/image.js'
import type { Manifest } from '../manifest/manifest.js'
import { CHECKS, type CheckCode, type CheckLevel, type CheckOptions, type Finding } from './codes.js'
import { findUnknownVariables, type SourceModule } from './environment-reads.js'
import { findMissingFiles } from './missing-files.js'
import { findMissingImports, findNewerBuiltins } from './missing-imports.js'
import { findWrongFormats } from './module-format.js'
import type { ModuleGraph } from '../modules/graph.js'
import { findForeignAddons, findMissingAddons } from './native-addons.js'
import type { Output } from '../modules/output.js'

/** The options of the checks. */
export interface CheckInput {
  checks: CheckOptions
  sourceModules: readonly SourceModule[]
  /** Entry files of the bundle, relative to the directory that becomes `app/`. */
  entries: readonly string[]
  /** The tool that may replay this build from a cache. */
  taskRunner: string | undefined
  onWarning: (message: string) => void
}

/** Looks for problems that would break the app in the container. */
export function findProblems(manifest: Manifest, output: Output, input: CheckInput): Finding[] {
  const { byPath: files, graph, types } = output
  const { container, secrets = [] } = manifest.file.platform_config
  const image = parseNodeImage(container)
  const findings: Finding[] = []
  if (graph !== undefined) {
    findings.push(
      ...findWrongEntry(manifest.file.entrypoint, graph, input),
      ...findMissingImports(graph, image),
      ...findMissingFiles(graph, output),
      ...findNewerBuiltins(graph, image),
      ...findWrongFormats(graph, types, image),
      ...findForeignAddons(files.values(), graph.addons, image),
      ...findMissingAddons(graph, files),
    )
  }
  findings.push(...findUnknownVariables(input.sourceModules, secrets))
  if (isFloating(container)) {
    findings.push({ code: 'floating-tag', message: `The container "${container}" may point to a different image tomorrow.` })
  }
  return findings
}

/** Finds an entrypoint that never loads an entry of the bundle. Running a chunk on its own usually does nothing. */
function findWrongEntry(entrypoint: string, { modules }: ModuleGraph, { entries }: CheckInput): Finding[] {
  if (entries.length === 0 || entries.some((entry) => modules.has(entry))) return []
  return [
    {
      code: 'not-an-entry',
      message: `The entrypoint ${entrypoint} does not load ${entries.length === 1 ? `the bundle's entry file, ${entries[0]}` : `an entry file of the bundle (${entries.join(', ')})`}.`,
    },
  ]
}

/** Whether {@link reportProblems} would throw. */
export function hasErrors(findings: readonly Finding[], checks: CheckOptions): boolean {
  return findings.some((finding) => levelOf(finding, checks) === 'error')
}

/**
 * Prints the warnings.
 * @param isSending whether an error stops an upload that has begun
 * @throws {ByteNiteError} `CHECK_FAILED`, listing all errors
 */
export function reportProblems(
  findings: readonly Finding[],
  { checks, onWarning }: Pick<CheckInput, 'checks' | 'onWarning'>,
  container: string,
  isSending: boolean = false,
): void {
  const details: string[] = []
  let errors = 0
  let firstCode: CheckCode | undefined
  for (const finding of findings) {
    const { remedy = CHECKS[finding.code].remedy } = finding
    const level = levelOf(finding, checks)
    if (level === 'warn') onWarning(`[${finding.code}] ${finding.message} ${remedy}`)
    if (level !== 'error') continue
    firstCode ??= finding.code
    errors += 1
    details.push(`  - [${finding.code}] ${finding.message}`, `    ${remedy}`)
  }
  if (errors === 0) return
  const count = errors === 1 ? '1 error' : `${errors} errors`
  const problem = `he app would fail in container ${container} (${count}):`
  throw new ByteNiteError('CHECK_FAILED', isSending ? `The upload was stopped, because t${problem}` : `T${problem}`, {
    details,
    hint: `To override a check, set its level: checks: { '${firstCode}': 'off' }.`,
  })
}

/** How severe a finding is, by the options and the check's own level. */
export function levelOf({ code, isUncertain }: Finding, checks: CheckOptions): CheckLevel {
  if (checks === false) return 'off'
  return checks[code] ?? (isUncertain === true ? 'warn' : CHECKS[code].level)
}
