import { posix } from 'node:path'
import type { Engine } from './engine.js'
import type { Code, Workspace } from '../runner.js'

/** Where containers have the code. */
export const INNER_CODE = '/bytenite/app'

export interface ContainerDescription {
  name: string
  labels: Readonly<Record<string, string>>
  /** ID of the image. */
  image: string
  /** With paths as they are in the container. */
  command: readonly [string, ...string[]]
  code: Code
  workspace: Workspace
}

export interface ContainerVariables {
  /** Path of a file with variables. */
  file: string
  /** Variables that the engine's command has itself. */
  names: readonly string[]
}

/** Where a container has a directory, by the variable that names it: `TASK_DIR` is `/bytenite/task`. */
export function innerPath(variable: string): string {
  return posix.join('/bytenite', variable.toLowerCase().replace(/_dir$/, ''))
}

/** All variables of a workspace, with its directories where a container has them. */
export function innerVariables({ directories, variables }: Workspace): Record<string, string> {
  const paths = Object.keys(directories).map((variable): [string, string] => [variable, innerPath(variable)])
  return { ...Object.fromEntries(paths), ...variables }
}

/** The parameters that create a container. */
export function createArguments(
  engine: Pick<Engine, 'name' | 'hasInit' | 'user'>,
  description: ContainerDescription,
  variables: ContainerVariables,
): string[] {
  const { name, labels, image, command, code, workspace } = description
  const [program, ...parameters] = command
  const directories = Object.entries(workspace.directories)
  return [
    'create',
    `--name=${name}`,
    ...Object.entries(labels).map(([label, value]) => `--label=${label}=${value}`),
    // It is here already.
    '--pull=never',
    ...(engine.hasInit ? ['--init'] : []),
    `--user=${engine.user}`,
    // A program of another user in the image would otherwise become that user, who may be root outside, too.
    '--security-opt=no-new-privileges',
    // Where SELinux is in use, it would have to relabel what is mounted.
    '--security-opt=label=disable',
    // Its output is read as it comes, and not kept a second time.
    '--log-driver=none',
    '--no-healthcheck',
    ...(engine.name === 'podman' ? ['--http-proxy=false'] : []),
    ...limits(code),
    ...(code.gpu.length > 0 ? gpus(engine) : []),
    mount(code.directory, INNER_CODE, false),
    ...directories.map(([variable, { path, writable }]) => mount(path, innerPath(variable), writable)),
    `--env-file=${variables.file}`,
    ...variables.names.map((variable) => `--env=${variable}`),
    `--workdir=${INNER_CODE}`,
    `--entrypoint=${program}`,
    image,
    ...parameters,
  ]
}

const GIGABYTE = 2 ** 30

function limits({ cpu = 0, memory = 0 }: Code): string[] {
  const bytes = Math.floor(memory * GIGABYTE)
  return [...(cpu > 0 ? [`--cpus=${cpu}`] : []), ...(bytes > 0 ? [`--memory=${bytes}b`, `--memory-swap=${bytes}b`] : [])]
}

/** Podman ignores docker's option, but knows the devices that the tools of the GPU's maker have described. */
function gpus({ name }: Pick<Engine, 'name'>): string[] {
  return name === 'podman' ? ['--device=nvidia.com/gpu=all'] : ['--gpus=all']
}

function mount(path: string, inner: string, writable: boolean): string {
  const fields = ['type=bind', `src=${path}`, `dst=${inner}`, ...(writable ? [] : ['readonly'])]
  // The fields are CSV, and a path may have commas and quotes.
  return `--mount=${fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')}`
}
