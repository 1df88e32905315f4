import { compareFields } from '../../contents/compare-fields.js'
import { formatBytes } from '../../utils/format.js'
import type { Screen } from '../output/screen.js'
import { foldersOf } from './folders.js'
import type { InspectedFinding, Inspection } from './inspect.js'

/** Lines of the tree. */
const MOST = 200

/** Prints an inspection: what it is, its manifest, its files by folder, and what is wrong with it. */
export function showInspection({ tag, hash, size, contents, findings }: Inspection, screen: Screen): void {
  const { appFiles } = contents
  screen.data(`${tag ?? 'no valid manifest'}: ${appFiles === 1 ? '1 file' : `${appFiles} files`}, ${formatBytes(size)}, sha256 ${hash.hex}`)
  for (const name of ['manifest.json', 'template.json']) {
    const fields = compareFields(name, {}, contents.documents.get(name) ?? {})
    if (fields.length === 0) continue
    screen.data(`${name}:`)
    for (const { field, after } of fields) screen.data(`  ${field}: ${after}`)
  }
  screen.data('files:')
  const lines = treeLines(contents.files)
  for (const line of lines.slice(0, MOST)) screen.data(`  ${line}`)
  if (lines.length > MOST) screen.data(`  … and ${lines.length - MOST} more lines (--json has all)`)
  if (findings.length === 0) screen.data('findings: none')
  else {
    screen.data('findings:')
    for (const finding of findings) for (const line of findingLines(finding)) screen.data(`  ${line}`)
  }
}

function treeLines(files: Inspection['contents']['files']): string[] {
  const folders = new Map(foldersOf(files).map((folder) => [folder.path, folder]))
  const entries = [...folders.keys(), ...files.map(({ path }) => path)].toSorted()
  const sizes = new Map(files.map(({ path, size, isExecutable }) => [path, `${formatBytes(size)}${isExecutable ? ', executable' : ''}`]))
  return entries.map((path) => {
    const depth = path.split('/').length - (path.endsWith('/') ? 2 : 1)
    const folder = folders.get(path)
    const name = path.replace(/\/$/, '').split('/').at(-1)
    const counted = folder && `${formatBytes(folder.size)} in ${folder.files} ${folder.files === 1 ? 'file' : 'files'}`
    return `${'  '.repeat(depth)}${name}${folder === undefined ? '' : '/'}  ${counted ?? sizes.get(path)}`
  })
}

function findingLines({ code, level, message, remedy, docs }: InspectedFinding): string[] {
  const [first = '', ...rest] = message.split('\n')
  return [
    `${level === 'error' ? 'error' : 'warning'} [${code}] ${first}`,
    ...rest,
    ...(remedy === undefined || rest.includes(remedy) ? [] : [remedy]),
    ...(docs === undefined ? [] : [`See ${docs}`]),
  ]
}

export function inspectionJson({ tag, hash, size, contents, findings }: Inspection): object {
  const { files, documents } = contents
  return {
    tag: tag ?? null,
    hash: hash.hex,
    size,
    manifest: withoutSecrets(documents.get('manifest.json')) ?? null,
    template: documents.get('template.json') ?? null,
    schema: documents.get('schema.json') ?? null,
    files: files.map(({ path, size: bytes, isExecutable, hash: sha256 }) => ({ path, size: bytes, executable: isExecutable, sha256 })),
    folders: foldersOf(files),
    findings: findings.map(({ code, level, message, remedy, docs }) => ({
      code,
      level,
      message,
      remedy: remedy ?? null,
      docs: docs ?? null,
    })),
  }
}

function withoutSecrets(manifest: unknown): unknown {
  if (manifest === undefined) return undefined
  return JSON.parse(JSON.stringify(manifest, (key, value: unknown) => (key.toLowerCase() === 'token' ? '(hidden)' : value))) as unknown
}
