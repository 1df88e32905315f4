import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run, type Ending } from '../helpers/process.ts'
import { createBin } from '../helpers/programs.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { hasTerminal, openTerminal } from '../helpers/terminal.ts'

async function runIn(cwd: string, ...words: string[]): Promise<Ending> {
  return run(process.execPath, [createBin, ...words], { cwd })
}

const missing = (option: string, value: string) =>
  `Option "${option}" needs a value: ${option} ${value}, or ${option}=${value} for one that starts with "-".`

/** The line with the place in the documentation, for a message with a code. */
const placeOf = (message: string): string => {
  const [, code] = /^\[([A-Z_]+)\]/.exec(message) ?? []
  return code === undefined ? '' : `See create-bytenite-app/docs/errors.md#${code.toLowerCase()}\n`
}

test.each<[string[], string]>([
  [['x', '--colour'], 'Unknown option "--colour".'],
  [['x', '--tempalte', 'python'], 'Unknown option "--tempalte". Did you mean "--template"?'],
  [['x', '--packageManager', 'npm'], 'Unknown option "--packageManager". Did you mean "--package-manager"?'],
  [['x', '-y'], 'Unknown option "-y". Did you mean "--yes"?'],
  [['x', '--toString'], 'Unknown option "--toString".'],
  [['x', '--template'], missing('--template', '<name>')],
  [['x', '--name='], missing('--name', '<name>')],
  [['x', '--container', '--yes'], missing('--container', '<image>')],
  [['x', '--yes=no'], 'Option "--yes" does not take a value.'],
  [['my', 'app'], 'Unexpected argument "app". Quote a directory name that contains spaces.'],
  [['x', '--', '--template', 'python'], 'Leave out the "--" before "--template".'],
  [
    ['x', '--template', 'nope'],
    '[UNKNOWN_TEMPLATE] Unknown template "nope". Use hello-world, rollup-basic, python, image-batch or fan-out.',
  ],
  [
    ['x', '--name', 'a b'],
    '[INVALID_NAME] Invalid app name "a b". Use up to 64 letters, digits, "-" and "_", starting with a letter or digit.',
  ],
  [['x', '--container', 'a b'], '[INVALID_CONTAINER] Invalid container "a b". Use an image reference, such as "node:22-slim".'],
  [['x', '--package-manager', 'cargo'], '[UNKNOWN_PACKAGE_MANAGER] Unknown package manager "cargo". Use npm, pnpm, yarn or bun.'],
])('the command line %j is refused, and nothing is written', async (words, message) => {
  const cwd = await temporaryDirectory()
  expect(await runIn(cwd, ...words)).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: `create-bytenite-app: ${message}\n${placeOf(message)}See "create-bytenite-app --help".\n`,
  })
  expect(await readdir(cwd)).toEqual([])
})

test('every value stays the text that was typed', async () => {
  const cwd = await temporaryDirectory()
  expect(await runIn(cwd, '1.10', '--name', '007', '--container', '1.10')).toMatchObject({ exitCode: 0 })
  expect(await readdir(cwd)).toEqual(['1.10'])
  expect(JSON.parse(await readFile(join(cwd, '1.10/package.json'), 'utf8'))).toMatchObject({ name: '007' })
  expect(await readFile(join(cwd, '1.10/vite.config.ts'), 'utf8')).toContain(`container: '1.10'`)
})

test('a directory may follow "--", and its name may start with "-" only with a path before it', async () => {
  const cwd = await temporaryDirectory()
  expect(await runIn(cwd, '--yes', '--', 'app')).toMatchObject({ exitCode: 0 })
  expect(await runIn(cwd, './-app')).toMatchObject({ exitCode: 0 })
  expect((await readdir(cwd)).toSorted()).toEqual(['-app', 'app'])
})

test.runIf(hasTerminal)('--no-git is an answer too', async () => {
  const cwd = await temporaryDirectory()
  const terminal = openTerminal(`node ${createBin} app --name app --template python --no-git`, { cwd })
  expect(await terminal.end()).toBe(0)
  expect(terminal.output()).not.toContain('git repository')
  expect(await readdir(join(cwd, 'app'))).not.toContain('.git')
})

test('--help shows usage, options with their defaults, templates and examples', async () => {
  const cwd = await temporaryDirectory()
  for (const words of [['--help'], ['-h'], ['app', '--colour', '-h']]) {
    const { exitCode, stdout, stderr } = await runIn(cwd, ...words)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^Start a ByteNite app from a template\n\nUsage: create-bytenite-app \[directory\] \[options\]\n\nOptions:\n/)
    for (const line of [
      /^ {6}--template <name> {2,}.*\(default: hello-world\)$/m,
      /^ {6}--no-git {2,}\S/m,
      /^ {2}-v, --version {2,}\S/m,
      /^ {2}python {2,}Python, published by Vite$/m,
      /^ {2}npm create bytenite-app@latest my-app -- --template python --yes$/m,
    ])
      expect(stdout).toMatch(line)
  }
  expect(await readdir(cwd)).toEqual([])
})

test('--version names the package, the system and Node', async () => {
  const cwd = await temporaryDirectory()
  for (const flag of ['--version', '-v']) {
    const { exitCode, stdout } = await runIn(cwd, flag)
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^create-bytenite-app\/0\.\d+\.\d+ \w+-\w+ node-v\d+\.\d+\.\d+\n$/) as string,
    })
  }
  expect(await readdir(cwd)).toEqual([])
})
