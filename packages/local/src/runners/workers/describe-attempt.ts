import { basename, posix } from 'node:path'
import { findInnerCommand } from '../../task/interpreter.js'
import { CommandCache } from '../command-cache.js'
import { createArguments, INNER_CODE, innerVariables } from '../containers/container-arguments.js'
import { passVariables } from '../containers/container-variables.js'
import { loginFile, qualifyImage } from '../containers/image-name.js'
import type { PullPolicy } from '../containers/images.js'
import type { Batch, Code, WorkDirectory, Workspace } from '../runner.js'
import type { ClaimedAttempt, ContainerRun, ProcessRun } from './protocol.js'

export interface DescribeOptions {
  /** Whether attempts run in containers of podman, and when their images are fetched. */
  container: { pull: PullPolicy; nameOf: (batchId: string, index: number) => string } | undefined
}

/** Where a worker has things. Absolute paths on its node. */
export interface NodePaths {
  scratch: string
  /** The unpacked code, and the attempt's directory, if all nodes see them there. Otherwise the worker fetches them. */
  shared: { code: string; directory: string } | undefined
}

/** What is the same for all workers: the command by which an entrypoint is started, with the path of the code in a container. */
const commands = new CommandCache(({ directory, entrypoint }) => findInnerCommand({ name: entrypoint, directory }, INNER_CODE))

/** An attempt as its worker runs it. @throws {TaskError | RunnerError} if it can never be started */
export async function describeAttempt(
  { id, code, timeout }: Batch,
  index: number,
  token: string,
  workspace: Workspace,
  { scratch, shared }: NodePaths,
  { container }: DescribeOptions,
): Promise<ClaimedAttempt> {
  const directory = shared?.directory ?? posix.join(scratch, 'attempt')
  const codeDirectory = shared?.code ?? posix.join(scratch, 'code')
  const onNode = moveWorkspace(workspace, directory, scratch)
  const command = await commands.find(code)
  const run =
    container === undefined
      ? runProcess(command, codeDirectory, onNode)
      : runContainer(container.nameOf(id, index), command, { ...code, directory: codeDirectory }, onNode, { scratch, pull: container.pull })
  return {
    index,
    token,
    ...(shared === undefined && { codeDirectory, directory }),
    directories: Object.values(onNode.directories).map(({ path }) => path),
    outputs: outputsOf(workspace).map(({ path }) => basename(path)),
    run,
    timeout: timeout ?? 0,
  }
}

export function outputsOf({ directories }: Workspace): WorkDirectory[] {
  return Object.values(directories).filter(({ content }) => content === 'output')
}

/** The workspace as it is on the node. Caches are the worker's own. */
function moveWorkspace({ directories, variables }: Workspace, directory: string, scratch: string): Workspace {
  const moved = Object.entries(directories).map(([variable, { path, ...others }]): [string, WorkDirectory] => {
    const parts = others.content === 'cache' ? [scratch, 'cache', variable.toLowerCase()] : [directory, basename(path)]
    return [variable, { ...others, path: posix.join(...parts) }]
  })
  return { directory, directories: Object.fromEntries(moved), variables }
}

function runProcess([program, ...parameters]: readonly [string, ...string[]], code: string, workspace: Workspace): ProcessRun {
  const onNode = (word: string): string => (word.startsWith(`${INNER_CODE}/`) ? posix.join(code, word.slice(INNER_CODE.length)) : word)
  const paths = Object.entries(workspace.directories).map(([variable, { path }]) => [variable, path])
  const variables = { ...(Object.fromEntries(paths) as Record<string, string>), ...workspace.variables }
  return { type: 'process', command: [onNode(program), ...parameters.map(onNode)], directory: code, variables }
}

function runContainer(
  name: string,
  command: readonly [string, ...string[]],
  code: Code,
  workspace: Workspace,
  { scratch, pull }: { scratch: string; pull: PullPolicy },
): ContainerRun {
  const { image, registryLogin } = code
  const { file, byName } = passVariables(innerVariables(workspace))
  const variablesFile = { path: posix.join(scratch, 'environment'), content: file }
  return {
    type: 'container',
    name,
    image,
    fullName: qualifyImage(image),
    pull,
    login: registryLogin && loginFile(image, registryLogin),
    parameters: createArguments(
      // Without root, the user in the container who stands for the node's user is root, too.
      { name: 'podman', hasInit: false, user: '0:0' },
      { name, labels: {}, image, command, code, workspace },
      { file: variablesFile.path, names: Object.keys(byName) },
    ),
    variables: byName,
    variablesFile,
  }
}
