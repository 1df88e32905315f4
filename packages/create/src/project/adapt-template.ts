import { CreateError } from '../create-error.js'
import { translateCommands, type PackageManager } from './package-manager.js'
import type { ProjectFiles } from './templates.js'

export interface Adaptation {
  name: string
  /** Image reference; `undefined` keeps the template's. */
  container: string | undefined
  packageManager: PackageManager
}

/** Adapts the files of a template to a user's choices. */
export function adaptTemplate(files: ProjectFiles, { name, container, packageManager }: Adaptation): ProjectFiles {
  const adapted: ProjectFiles = new Map()
  for (const [path, content] of files) {
    const edit = EDITS[path]
    const text = edit === undefined ? content : Buffer.from(edit(String(content), { name, container, packageManager }))
    adapted.set(path === '_gitignore' ? '.gitignore' : path, text)
  }
  return adapted
}

type Edit = (text: string, adaptation: Adaptation) => string

const setContainer: Edit = (text, { container }) =>
  container === undefined ? text : text.replace(/container: '[^']*'/, () => `container: '${container}'`)

/** Files that contain the app's name, its image, or commands to type. */
const EDITS: Record<string, Edit> = {
  'package.json': (text, { name }) => text.replace(/"name": "[^"]*"/, `"name": "${name}"`),
  'README.md': (text, { name, packageManager }) => translateCommands(text.replace(/^# .*$/m, `# ${name}`), packageManager),
  '.github/workflows/push.yml': (text, { packageManager }) => translateCommands(text, packageManager),
  'vite.config.ts': setContainer,
  'vite.config.js': setContainer,
  'rollup.config.js': setContainer,
}

/** @throws {CreateError} `INVALID_CONTAINER` unless it looks like an image reference, which is safe within quotes */
export function checkContainer(container: string): void {
  if (/^[a-z0-9][\w.:/@-]*$/i.test(container)) return
  throw new CreateError(
    'INVALID_CONTAINER',
    `Invalid container ${JSON.stringify(container)}. Use an image reference, such as "node:22-slim".`,
  )
}
