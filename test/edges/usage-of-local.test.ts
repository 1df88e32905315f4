import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run, type Ending } from '../helpers/process.ts'
import { localBin, serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** Runs a command line in an empty directory, in which it must leave nothing. */
async function runWith(...words: string[]): Promise<Ending> {
  const cwd = await temporaryDirectory()
  const output = await run(process.execPath, [localBin, ...words], { cwd, env: { HOME: cwd, XDG_DATA_HOME: '' } })
  expect(await readdir(cwd)).toEqual([])
  return output
}

const missing = (option: string, value: string) =>
  `Option "${option}" needs a value: ${option} ${value}, or ${option}=${value} for one that starts with "-".`

const invalidTimeout = (value: string) => `Invalid --timeout "${value}": expected a whole number of seconds from 1 to 2147483.`

test.each<[string[], string, string]>([
  [['serve', '--prot', '1'], 'Unknown option "--prot". Did you mean "--port"?', 'serve --help'],
  [['run', 'app', '--apiUrl', 'x'], 'Unknown option "--apiUrl". Did you mean "--api-url"?', 'run --help'],
  [['run', 'app', '--api=x'], 'Unknown option "--api". Did you mean "--api-url"?', 'run --help'],
  [['dev', '--port', '1', '--', 'true'], 'Unknown option "--port".', 'dev --help'],
  [['serve', '-p', '1'], 'Unknown option "-p". Did you mean "--port"?', 'serve --help'],
  [['serve', '--toString'], 'Unknown option "--toString".', 'serve --help'],
  [['serve', '--port'], missing('--port', '<port>'), 'serve --help'],
  [['serve', '--dir='], missing('--dir', '<dir>'), 'serve --help'],
  [['serve', '--dir', ''], missing('--dir', '<dir>'), 'serve --help'],
  [['serve', '--dir', '--port', '0'], missing('--dir', '<dir>'), 'serve --help'],
  [['serve', '--port', '65536'], 'Invalid --port "65536": expected a whole number from 0 to 65535.', 'serve --help'],
  [['serve', '--port', '1e3'], 'Invalid --port "1e3": expected a whole number from 0 to 65535.', 'serve --help'],
  [
    ['serve', '--public-url', 'https://a.example', '--public-url', 'https://b.example/v1'],
    'A public URL must be http:// or https:// and a host, without a path, such as https://platform.example.\nSee bytenite-local/docs/errors.md#invalid_option',
    'serve --help',
  ],
  [['serve', '--public-url'], missing('--public-url', '<url>'), 'serve --help'],
  [
    ['serve', '--host', '0.0.0.0', '--public-url', 'http://box.example:2983'],
    'Other machines can reach 0.0.0.0, and without TLS anyone on the way can read API keys. Add --cert and --key, or --behind-proxy if a proxy in front of it encrypts.\nSee bytenite-local/docs/errors.md#invalid_option',
    'serve --help',
  ],
  [
    ['serve', '--host', '10.1.2.3', '--behind-proxy'],
    'To serve other machines on 10.1.2.3, add --public-url with the address that they use, such as https://platform.example.\nSee bytenite-local/docs/errors.md#invalid_option',
    'serve --help',
  ],
  [['serve', '--cert', 'a.pem'], 'Missing --key: a certificate and its private key are two files.', 'serve --help'],
  [['serve', '--key', 'a.key'], 'Missing --cert: a certificate and its private key are two files.', 'serve --help'],
  [['serve', '--grace', '1m'], 'Invalid --grace "1m": expected a number of seconds from 0 to 86400.', 'serve --help'],
  [['serve', '--concurrency', '0'], 'Invalid --concurrency "0": expected a whole number from 1.', 'serve --help'],
  [['serve', '--concurrency', '1.5'], 'Invalid --concurrency "1.5": expected a whole number from 1.', 'serve --help'],
  [['serve', 'here'], 'Unexpected argument "here".', 'serve --help'],
  [['run', '--out', 'out'], "Missing the app's tag, such as my-app or my-app@1.0, or a --template.", 'run --help'],
  [['run', 'app'], "Missing --out <dir>, the directory for the job's results.", 'run --help'],
  [
    ['run', 'app', '--template', 'x', '--out', 'out'],
    'Either the tag of an app ("app") or a --template, not both: the template names its app.',
    'run --help',
  ],
  [
    ['run', 'app', '--detach', '--out', 'out'],
    'With --detach, there are no results to put into --out. Get them later: bytenite-local job <id> --out <dir>',
    'run --help',
  ],
  [['run', 'app', '--out', 'out', '--timeout', '0'], invalidTimeout('0'), 'run --help'],
  [['run', 'app', '--out', 'out', '--timeout', '1m'], invalidTimeout('1m'), 'run --help'],
  [['dev', '--timeout', '1e9', '--', 'true'], invalidTimeout('1e9'), 'dev --help'],
  [['dev', '--timeout', '9999999', '--', 'true'], invalidTimeout('9999999'), 'dev --help'],
  [['run', 'app', 'other', '--out', 'out'], 'Unexpected argument "other".', 'run --help'],
  [['dev'], 'Missing the build command. Write it after "--": bytenite-local dev -- vite build', 'dev --help'],
  [
    ['dev', 'vite', 'build'],
    'Unexpected argument "vite". The build command goes after "--": bytenite-local dev -- vite build',
    'dev --help',
  ],
  [['abort'], 'Missing the ID of the job. "bytenite-local jobs" lists them.', 'abort --help'],
  [['job', 'a', 'b'], 'Unexpected argument "b".', 'job --help'],
  [['logs', '%'], '"%" is not the ID of a job, nor the beginning of one.', 'logs --help'],
  [['logs', '0', '--task', 'x'], 'Invalid --task "x": expected the number of a task, from 0.', 'logs --help'],
  [['rerun', '0', '--failed', '--task', '1'], 'Either --failed or --task, not both.', 'rerun --help'],
  [['jobs', '0'], 'Unexpected argument "0". To see one job: bytenite-local job <id>', 'jobs --help'],
  [['jobs', '--limit', '0'], 'Invalid --limit "0": expected a whole number from 1 to 1000000.', 'jobs --help'],
  [
    ['jobs', '--state', 'lost'],
    'Invalid --state "lost": expected running, or one of new, started, uploading, partitioning, partitioned, tasks_completed, merging, merged, downloading, complete, failed.',
    'jobs --help',
  ],
  [['srve'], 'Unknown command "srve". Did you mean "serve"?', '--help'],
  [['publish'], 'Unknown command "publish". Commands: serve, key, gc, run, dev, jobs, job, logs, abort, rerun, report, open.', '--help'],
  [['toString'], 'Unknown command "toString". Commands: serve, key, gc, run, dev, jobs, job, logs, abort, rerun, report, open.', '--help'],
  [
    ['--port', '0', 'serve'],
    'The command comes before its options. Commands: serve, key, gc, run, dev, jobs, job, logs, abort, rerun, report, open.',
    '--help',
  ],
])('the command line %j is refused', async (words, message, help) => {
  expect(await runWith(...words)).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: `bytenite-local: ${message}\nSee "bytenite-local ${help}".\n`,
  })
})

test('parameters that are not JSON are refused by name', async () => {
  const { exitCode, stderr } = await runWith('run', 'app', '--out', 'out', '--params', '{')
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(/--params is not valid JSON: .*\nSee "/) as string })
})

test('the value of a mistyped option is not repeated, because it may be a secret', async () => {
  for (const words of [['--apikey=a-secret'], ['--api-key', '-a-secret'], ['--api-key=', '--port=x']]) {
    const { exitCode, stderr } = await runWith('serve', ...words)
    expect(exitCode).toBe(2)
    expect(stderr).not.toContain('a-secret')
  }
})

test('every value stays the text that was typed', async () => {
  const parent = await temporaryDirectory()
  const { output } = await serve(['--port', '0', '--dir', join(parent, '1.10'), '--api-key', '1.100000000000000000'])
  const [, url] = /(http:\S+)/.exec(output()) ?? []
  const exchange = async (apiKey: string) =>
    (await fetch(`${url}/auth/access_token`, { method: 'POST', body: JSON.stringify({ apiKey }) })).status
  expect(await readdir(parent)).toEqual(['1.10'])
  expect([await exchange('1.100000000000000000'), await exchange('1.1')]).toEqual([200, 401])
})

test('a value that starts with "-" is written with "=", and the last one of several counts', async () => {
  const { output } = await serve(['--port=1', '--port=0', '--dir', await temporaryDirectory(), '--api-key=-key-of-20-characters'])
  const [, url] = /(http:\S+)/.exec(output()) ?? []
  expect(url).not.toContain(':1/')
  expect((await fetch(`${url}/auth/access_token`, { method: 'POST', body: '{"apiKey":"-key-of-20-characters"}' })).status).toBe(200)
})

test('--help lists the commands, and that of a command its options with their defaults', async () => {
  for (const flag of ['--help', '-h']) {
    const { exitCode, stdout, stderr } = await runWith(flag)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^The ByteNite platform[^]*\nUsage: bytenite-local <command> \[options\]\n/)
    for (const line of [
      '  serve [options] ',
      '  run <tag> --out <dir> ',
      '  dev [options] -- ',
      '  -v, --version ',
      '  bytenite-local dev -- vite build\n',
    ])
      expect(stdout).toContain(line)
  }
  const { stdout } = await runWith('serve', '--port', '0', '--help')
  expect(stdout).toBe(`Serve the ByteNite API, on this machine or for a team

Usage: bytenite-local serve [options]

Options:
      --port <port>         Port to listen on; 0 picks a free one (default: 2983)
      --host <host>         Name or address of the interface to listen on, such as 0.0.0.0 for all (default: 127.0.0.1)
      --dir <dir>           Directory for all data (default: ${/\(default: (\/.*)\)/.exec(stdout)?.[1]})
      --api-key <key>       API key to accept, at least 20 characters (default: one is created at the first start and stored)
      --public-url <url>    Address by which other machines reach this platform; may be repeated
      --cert <file>         Serve HTTPS with this certificate, a PEM file; needs --key
      --key <file>          The certificate's private key, a PEM file
      --behind-proxy        Let a proxy on the way encrypt, and listen without TLS
      --concurrency <n>     Tasks that run at once, over all jobs (default: the number of cores; 1000 with Slurm)
      --log <file>          Add a line of JSON for each request; - is the standard output (default: none)
      --runner <place>      Where tasks run: process (no sandbox), container (podman or Docker), or slurm (a cluster) (default: process)
      --pull <policy>       With containers, which images to fetch: missing, never or always (default: missing)
      --grace <seconds>     What running tasks and requests have to end when the platform stops (default: 10)
  -h, --help                Show this help

Options for --runner slurm:
      --partition <name>    Partition of the cluster (default: the cluster's)
      --account <name>      Account to charge (default: the user's)
      --sbatch-args <args>  More parameters for sbatch, such as "--qos=low"; may be repeated
      --container <engine>  What runs the images on the nodes: podman, or none to run processes (default: none)
      --bundle <n>          Tasks that one element of an array runs at most (default: those that begin within 10 s)
      --shared-dir <dir>    Directory that all nodes see, for data (default: data goes over HTTP)

Examples:
  bytenite-local serve
  bytenite-local serve --port 0 --dir ./platform
  bytenite-local serve --runner slurm --partition main --shared-dir /shared
  bytenite-local serve --host 0.0.0.0 --public-url https://box.example:2983 --cert box.pem --key box.key
`)
  expect((await runWith('run', '-h')).stdout).toMatch(/^Run a job[^]*--params <json> {2}/)
  expect((await runWith('dev', '-h')).stdout).toMatch(/^Build a project[^]*--out <dir> {6}[^]*\(default: results\)/)
})

test('--help after "--" belongs to the build command', async () => {
  const { stdout } = await runWith('dev', '--', 'node', '-e', 'console.log(process.argv[1])', '--', '--help')
  expect(stdout).toBe('--help\n')
})

test('without a command, the help goes to the standard error', async () => {
  expect(await runWith()).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('Usage: ') as string })
})

test('--version names the package, the system and Node', async () => {
  for (const flag of ['--version', '-v']) {
    const { exitCode, stdout } = await runWith(flag)
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^bytenite-local\/0\.\d+\.\d+ \w+-\w+ node-v\d+\.\d+\.\d+\n$/) as string,
    })
  }
})
