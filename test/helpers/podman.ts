import { execFileSync, spawnSync } from 'node:child_process'
import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { sharedDirectory } from './temporary-directory.ts'

/** The image that {@link openPodman} makes: a shell and its tools. */
export const IMAGE = 'localhost/bytenite-test:1'

/** The path of a program; `undefined` without it. */
function which(program: string): string | undefined {
  return spawnSync('sh', ['-c', 'command -v "$0"', program], { encoding: 'utf8' }).stdout.trim() || undefined
}

/**
 * Makes podman work for the tests of a file, wherever it can, with containers and images of its own. Skipping is said in one line.
 * @returns the variables that make podman work; `undefined` where it does not
 */
export async function openPodman(): Promise<Record<string, string> | undefined> {
  const [podman, busybox] = [which('podman'), which('busybox')]
  if (podman === undefined || busybox === undefined) return skip('podman or busybox is not installed')
  const archive = await makeRootArchive(await sharedDirectory(), busybox)
  let failure = ''
  // The first one is faster, and does not work everywhere.
  for (const driver of ['overlay', 'vfs']) {
    const directory = await sharedDirectory()
    const variables = await configure(directory, driver)
    // The platform's commands get them like those of the test.
    Object.assign(process.env, variables)
    afterAll(() => {
      spawnSync('podman', ['rm', '--all', '--force', '--time', '0'])
      // Podman leaves its storage mounted.
      spawnSync('umount', [join(directory, 'graph', driver)])
    })
    try {
      podmanCall('import', '--change', 'ENV PATH=/bin', archive, IMAGE)
      podmanCall('run', '--rm', '--init', IMAGE, 'true')
      return variables
    } catch (error) {
      failure = String((error as { stderr?: string }).stderr ?? error).trim()
    }
  }
  return skip(failure)
}

/** Runs podman; returns what it prints. */
export function podmanCall(...parameters: string[]): string {
  return execFileSync('podman', parameters, { encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'pipe'] }).trim()
}

/** The names of all containers. */
export function containers(): string[] {
  return podmanCall('ps', '--all', '--format', '{{.Names}}')
    .split('\n')
    .filter((name) => name !== '')
}

function skip(reason: string): undefined {
  console.info(`Tests with containers are skipped: ${reason}`)
}

/** Works without systemd, a network of its own, and the right to raise limits. */
async function configure(directory: string, driver: string): Promise<Record<string, string>> {
  const runtime = which('runc') ?? which('crun') ?? 'runc'
  const configuration = join(directory, 'containers.conf')
  await writeFile(
    configuration,
    `[containers]
default_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]
netns = "host"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "${runtime}"
tmp_dir = "${directory}/tmp"
[network]
network_backend = "netavark"
`,
  )
  const storage = join(directory, 'storage.conf')
  await writeFile(storage, `[storage]\ndriver = "${driver}"\ngraphroot = "${directory}/graph"\nrunroot = "${directory}/run"\n`)
  return { CONTAINERS_CONF: configuration, CONTAINERS_STORAGE_CONF: storage }
}

async function makeRootArchive(directory: string, busybox: string): Promise<string> {
  const root = join(directory, 'root')
  for (const name of ['bin', 'etc', 'tmp', 'proc', 'sys', 'dev', 'usr/bin']) await mkdir(join(root, name), { recursive: true })
  await copyFile(busybox, join(root, 'bin/busybox'))
  await chmod(join(root, 'bin/busybox'), 0o755)
  const tools = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n')
  for (const tool of tools) if (tool !== 'busybox') await symlink('busybox', join(root, 'bin', tool))
  await symlink('/bin/env', join(root, 'usr/bin/env'))
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\n')
  execFileSync('tar', ['-C', root, '-cf', `${root}.tar`, '.'])
  return `${root}.tar`
}
