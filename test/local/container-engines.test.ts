import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createLocalPlatform } from 'bytenite-local'
import { expect, test } from 'vitest'
import { findEngine } from '../../packages/local/dist/runners/containers/find-engine.js'
import { run } from '../helpers/process.ts'
import { localBin } from '../helpers/serve.ts'
import { DOCKER_INFO, installEngines, PODMAN_INFO } from '../helpers/stub-engine.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const NO_DAEMON = `echo 'Cannot connect to the Docker daemon at unix:///run/d.sock. Is the docker daemon running?' >&2; exit 1`

test('podman is used before docker, and docker if podman does not answer', async () => {
  await installEngines({ podman: PODMAN_INFO, docker: DOCKER_INFO })
  expect(findEngine()).toMatchObject({ name: 'podman', cpu: 3, memory: 2, user: '0:0' })
  await installEngines({ podman: 'echo "Error: no room" >&2; exit 125', docker: DOCKER_INFO })
  expect(findEngine()).toMatchObject({ name: 'docker', cpu: 5, memory: 4, user: `${process.getuid?.()}:${process.getgid?.()}` })
  await installEngines({ docker: DOCKER_INFO.replace('[]', '["name=seccomp","name=rootless"]') })
  expect(findEngine()).toMatchObject({ name: 'docker', user: '0:0' })
})

test('without an engine that answers, nothing is created, and the error says what to do', async () => {
  const { path } = await installEngines({ docker: NO_DAEMON })
  const message =
    'There is no container engine to run tasks with (podman: not installed; docker: Cannot connect to the Docker daemon at unix:///run/d.sock. ' +
    'Is the docker daemon running?). Install podman, or install and start Docker; or run tasks as processes (--runner process).'
  const directory = join(await temporaryDirectory(), 'data')
  expect(() => createLocalPlatform({ directory, runner: 'container' })).toThrow(
    expect.objectContaining({ code: 'NO_CONTAINER_ENGINE', message }) as Error,
  )
  const parameters = [localBin, 'serve', '--port', '0', '--dir', directory, '--runner', 'container']
  const ending = await run(process.execPath, parameters, { cwd: dirname(directory), env: { PATH: path } })
  expect(ending).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: `bytenite-local: ${message}\nSee bytenite-local/docs/errors.md#no_container_engine\n`,
  })
  expect(await readdir(dirname(directory))).toEqual([])
})

test.each([
  [{ runner: 'vm' }, 'Unknown runner "vm": expected process, container or slurm.'],
  [{ runner: 'container', pull: 'daily' }, 'Unknown policy "daily" for pulling images: expected missing, never or always.'],
  [{ pull: 'always' }, 'Processes need no images, so there is nothing to pull (always). Choose the runner "container".'],
])('the options %o are refused', async (options, message) => {
  const directory = join(await temporaryDirectory(), 'data')
  expect(() => createLocalPlatform({ directory, ...(options as object) })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message }) as Error,
  )
  expect(await readdir(dirname(directory))).toEqual([])
})
