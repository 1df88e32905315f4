import { expect, test } from 'vitest'
import { container, DOCKER_INFO, PODMAN_INFO, runWith } from '../helpers/stub-engine.ts'

test('docker gets its own options', async () => {
  const { ending, output, calls } = await runWith({ docker: container(DOCKER_INFO, 0) }, { gpu: ['Some GPU'] })
  expect(ending).toEqual({ type: 'exited', exitCode: 0, signal: null })
  expect(output.split('\n').toSorted()).toEqual(['', 'err', 'out'])
  const name = 'bytenite-OWNER-one-0'
  expect(calls).toEqual([
    'info --format {{json .}}',
    'image inspect --format {{.Id}} -- python:3',
    `create --name=${name} --label=bytenite.owner=OWNER --label=bytenite.batch=one --label=bytenite.index=0 --pull=never --init ` +
      `--user=${process.getuid?.()}:${process.getgid?.()} --security-opt=no-new-privileges --security-opt=label=disable ` +
      '--log-driver=none --no-healthcheck --cpus=1.5 --memory=536870912b --memory-swap=536870912b --gpus=all ' +
      '--mount="type=bind","src=CODE","dst=/bytenite/app","readonly" --mount="type=bind","src=/some,""where","dst=/bytenite/task","readonly" ' +
      '--env-file=ROOT/one.0/environment --workdir=/bytenite/app --entrypoint=python3 sha256:1 /bytenite/app/main.py',
    `start --attach ${name}`,
    `container inspect --format {{json .State}} ${name}`,
    `rm --force --volumes ${name}`,
  ])
})

test.each([125, 126, 127])('exit code %i of a program is not taken for a failure of the engine', async (exitCode) => {
  const { ending } = await runWith({ podman: container(PODMAN_INFO, exitCode) })
  expect(ending).toEqual({ type: 'exited', exitCode, signal: null })
})

test('an engine that fails says nothing about the task', async () => {
  const neverStarted = `container*) echo '{"Running":false,"ExitCode":0,"StartedAt":"0001-01-01T00:00:00Z","Error":""}';;
    start*) echo "Error: OCI runtime error: no more cgroups" >&2; exit 127;;`
  const { ending } = await runWith({ podman: container(PODMAN_INFO, 0, neverStarted) })
  expect(ending).toEqual({ type: 'lost', reason: 'podman: OCI runtime error: no more cgroups' })
  const full = await runWith({ podman: container(PODMAN_INFO, 0, 'create*) echo "Error: no space left on device" >&2; exit 125;;') })
  expect(full.ending).toEqual({ type: 'lost', reason: 'podman: no space left on device' })
  const away = await runWith({ docker: container(DOCKER_INFO, 0, 'image*) echo "Cannot connect to the Docker daemon." >&2; exit 1;;') })
  expect(away.ending).toEqual({ type: 'lost', reason: 'docker: Cannot connect to the Docker daemon' })
})

test('where there is no init process, containers run without', async () => {
  const lacksInit = 'create*--init*) echo "Error: container-init binary not found on the host: stat /x: no such file" >&2; exit 125;;'
  const { ending, calls } = await runWith({ podman: container(PODMAN_INFO, 0, lacksInit) })
  expect(ending).toMatchObject({ exitCode: 0 })
  expect(calls.filter((call) => call.startsWith('create')).map((call) => call.includes('--init'))).toEqual([true, false])
})

const LOGIN = { registryLogin: { username: 'anna', token: 'secret-token' } }
/** An image that is not there until it was pulled. What the pull finds is printed by the container. */
const pulled = (info: string, file: string): string => {
  const seen = '"$(dirname "$0")/seen"'
  return container(
    info,
    0,
    `image*) [ -e ${seen} ] || { echo 'No such image' >&2; exit 1; }; echo sha256:1;;
    context*) echo unix:///somewhere;;
    pull*) { cat "${file}"; echo; stat -c %a "${file}"; env | grep ^DOCKER_HOST=; true; } > ${seen};;
    start*) cat ${seen};;`,
  )
}

test.each([
  ['podman', PODMAN_INFO, '$REGISTRY_AUTH_FILE', 'python:3', ['docker.io', 'https://index.docker.io/v1/'], 'docker.io/library/python:3'],
  ['docker', DOCKER_INFO, '$DOCKER_CONFIG/config.json', 'box.example:5000/a/b', ['box.example:5000'], 'box.example:5000/a/b'],
])('%s gets a login by a private file that is gone afterwards', async (name, info, file, image, registries, fullName) => {
  const { output, calls, ending, left } = await runWith({ [name]: pulled(info, file) }, { image, ...LOGIN })
  expect(ending).toMatchObject({ exitCode: 0 })
  const [config = '', mode, host = ''] = output.split('\n')
  const auth = Buffer.from('anna:secret-token').toString('base64')
  expect(JSON.parse(config)).toEqual({ auths: Object.fromEntries(registries.map((registry) => [registry, { auth }])) })
  expect(left).toEqual([])
  expect([mode, host]).toEqual(['600', name === 'docker' ? 'DOCKER_HOST=unix:///somewhere' : ''])
  expect(calls).toContain(`pull --quiet -- ${fullName}`)
  expect(calls.filter((call) => call.includes('secret') || call.includes(auth))).toEqual([])
})

test('images are pulled as the policy says', async () => {
  const there = { podman: container(PODMAN_INFO, 0) }
  const pulls = async (...given: Parameters<typeof runWith>): Promise<number> =>
    (await runWith(...given)).calls.filter((call) => call.startsWith('pull')).length
  expect(await pulls(there, {}, { pull: 'missing' })).toBe(0)
  expect(await pulls(there, {}, { pull: 'always' })).toBe(1)
  const absent = {
    podman: container(
      PODMAN_INFO,
      0,
      'image*) echo "Error: x: image not known" >&2; exit 1;; pull*) echo "Error: unauthorized" >&2; exit 125;;',
    ),
  }
  const never = await runWith(absent, {}, { pull: 'never' })
  expect(never.calls.filter((call) => call.startsWith('pull'))).toEqual([])
  expect(never.ending).toEqual({
    type: 'unstartable',
    reason:
      'The image python:3 is not on this machine, and images are not pulled (--pull never). ' +
      'Pull it by hand (podman pull docker.io/library/python:3), or start the platform with --pull missing.',
  })
  expect((await runWith(absent)).ending).toEqual({
    type: 'unstartable',
    reason:
      'The image python:3 cannot be pulled: unauthorized. ' +
      'Check its name, and for a private one "private_image", "username" and "token" in the manifest.',
  })
})

test('variables of several lines, or too long for a file, reach the engine by its environment', async () => {
  const long = 'x'.repeat(100_000)
  const seen = container(
    PODMAN_INFO,
    0,
    'create*) env | grep -c -e ^A_KEY= -e ^APP_PARAMS= > "$(dirname "$0")/n";; start*) cat "$(dirname "$0")/n";;',
  )
  const { output, calls } = await runWith({ podman: seen }, {}, {}, { A_KEY: 'a\nb', APP_PARAMS: long, B: 'secret c' })
  expect(output).toBe('2\n')
  const create = calls.find((call) => call.startsWith('create'))
  expect(create).toContain('--env=A_KEY --env=APP_PARAMS')
  expect(create).not.toContain('secret')
  const refused = await runWith({ podman: container(PODMAN_INFO, 0) }, {}, {}, { LD_PRELOAD: 'a\nb' })
  expect(refused.ending).toMatchObject({
    type: 'unstartable',
    reason: expect.stringContaining('The variable LD_PRELOAD has several lines') as string,
  })
})
