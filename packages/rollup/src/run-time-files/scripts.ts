import { readFileSync, statSync } from 'node:fs'
import type { FileUse } from 'bytenite-uploader/internal/file-references'
import { isInPackage } from './output-files.js'

const SCRIPT = /\.[cm]?[jt]sx?$/
const DECLARATION = /\.d\.[cm]?ts$/
/** What Node does not run as it is. */
const NEEDS_TRANSFORM = /\.(?:[cm]?ts|[jt]sx)$/

/** Whether a file has to be bundled by itself: it is a program, and needs more than itself to run. */
export function isProgram(file: string, uses: readonly FileUse[]): boolean {
  if (!SCRIPT.test(file) || DECLARATION.test(file)) return false
  if (uses.length > 0 && uses.every(({ action }) => action === 'read')) return false
  if (NEEDS_TRANSFORM.test(file)) return true
  // Packages name files for many reasons, and not all of those can be bundled.
  const mayRun = !isInPackage(file) || uses.some(({ action }) => action === 'run')
  return mayRun && /\b(?:import|export|require)\b/.test(readFileSync(file, 'utf8'))
}

/** The file that a path leads to: TypeScript is named by the JavaScript that becomes of it, or as it is. `undefined` if there is none. */
export function findFile(path: string): string | undefined {
  return [path, path.replace(/\.([cm]?)js$/, '.$1ts'), path.replace(/\.js$/, '.tsx')].find(isFile)
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
