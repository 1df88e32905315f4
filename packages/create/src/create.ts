import { resolve } from 'node:path'
import { adaptTemplate, checkContainer } from './project/adapt-template.js'
import { checkAppName, nameFromDirectory } from './project/app-name.js'
import { CreateError } from './create-error.js'
import { initRepository } from './project/git.js'
import { checkPackageManager, currentPackageManager, type PackageManager } from './project/package-manager.js'
import { checkTemplate, readTemplate, type TemplateName } from './project/templates.js'
import { checkTarget, writeProject, type SetAside, type Undo } from './project/write-project.js'

export interface CreateOptions {
  /** Directory for the project; created if needed. */
  directory: string
  /** @default 'hello-world' */
  template?: TemplateName | undefined
  /** Name of the app: up to 64 letters, digits, `-` and `_`. @default based on the directory's name */
  name?: string | undefined
  /** Image to run the app in. @default the template's */
  container?: string | undefined
  /** Its commands are used in the README and the workflow. @default the one that started this process, else npm */
  packageManager?: PackageManager | undefined
  /** Whether to create a git repository, unless there is one. @default false */
  git?: boolean | undefined
  /** Whether the directory may contain files. Those in the way are renamed, never overwritten. @default false */
  force?: boolean | undefined
  /** Undoes everything when it aborts. */
  signal?: AbortSignal | undefined
}

export interface CreateResult {
  /** Absolute path of the project. */
  directory: string
  name: string
  template: TemplateName
  packageManager: PackageManager
  /** Paths of the project's files, relative to `directory`. */
  files: string[]
  /** Existing files that were in the way, and their new names. */
  setAside: SetAside[]
}

/**
 * Creates a project from a template, without any network access. If anything fails, everything is undone.
 * @throws {CreateError}
 */
export async function create(options: CreateOptions): Promise<CreateResult> {
  const {
    template = 'hello-world',
    name = nameFromDirectory(options.directory),
    container,
    packageManager = currentPackageManager(),
    git = false,
    force = false,
    signal,
  } = options
  checkTemplate(template)
  checkAppName(name)
  checkPackageManager(packageManager)
  if (container !== undefined) checkContainer(container)
  const directory = resolve(options.directory)
  await checkTarget(directory, force)
  const files = adaptTemplate(await readTemplate(template), { name, container, packageManager })
  const undo: Undo = []
  try {
    const setAside = await writeProject(directory, files, undo, signal)
    if (git) await initRepository(directory, undo)
    signal?.throwIfAborted()
    return { directory, name, template, packageManager, files: [...files.keys()], setAside }
  } catch (error) {
    await undoAll(undo, error as Error)
    throw error
  }
}

async function undoAll(undo: Undo, cause: Error): Promise<void> {
  const failures: string[] = []
  for (const step of undo.toReversed()) await step().catch((error: Error) => failures.push(error.message))
  if (failures.length === 0) return
  throw new CreateError('NOT_UNDONE', `${cause.message} Undoing the changes failed too: ${failures.join('; ')}`, {
    cause,
  })
}
