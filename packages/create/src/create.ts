import { resolve } from 'node:path'
import { adaptTemplate, checkContainer } from './adapt-template.js'
import { checkAppName, nameFromDirectory } from './app-name.js'
import { CreateError } from './create-error.js'
import { initRepository } from './git.js'
import { checkPackageManager, currentPackageManager, type PackageManager } from './package-manager.js'
import { checkTemplate, readTemplate, type TemplateName } from './templates.js'
import { checkTarget, writeProject, type SetAside, type Undo } from './write-project.js'

export interface CreateOptions {
  /** Where the project goes; made if needed. */
  directory: string
  /** @default 'hello-world' */
  template?: TemplateName | undefined
  /** Name of the app: letters, digits, `-` and `_`, at most 64. @default made of the directory's name */
  name?: string | undefined
  /** The image that the app runs in. @default that of the template */
  container?: string | undefined
  /** Whose commands the README and the workflow name. @default the one that started this process, else npm */
  packageManager?: PackageManager | undefined
  /** Whether to make a git repository, where there is none. @default false */
  git?: boolean | undefined
  /** Whether to go on in a directory that is not empty. Files of the same name are set aside. @default false */
  force?: boolean | undefined
  /** Takes everything back when it aborts. */
  signal?: AbortSignal | undefined
}

export interface Created {
  /** The project's absolute path. */
  directory: string
  name: string
  template: TemplateName
  packageManager: PackageManager
  /** Paths of the project's files, relative to it. */
  files: string[]
  /** Files that were there before under a name that the template needs. */
  setAside: SetAside[]
}

/**
 * Starts a project from a template. Needs no network. Whatever goes wrong leaves everything as it was.
 * @throws {CreateError}
 */
export async function create(options: CreateOptions): Promise<Created> {
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
    await takeBack(undo, error as Error)
    throw error
  }
}

async function takeBack(undo: Undo, cause: Error): Promise<void> {
  const failures: string[] = []
  for (const step of undo.toReversed()) await step().catch((error: Error) => failures.push(error.message))
  if (failures.length === 0) return
  throw new CreateError('NOT_UNDONE', `${cause.message} What had been written before could not all be removed: ${failures.join('; ')}`, {
    cause,
  })
}
