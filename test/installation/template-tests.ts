import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TEMPLATES, type TemplateName } from 'create-bytenite-app'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { readFiles, readRecord, type Files } from '../helpers/project.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { createNewcomer, type Manager, type Newcomer } from './newcomer.ts'

interface Expectation {
  /** Parameters of `bytenite-local run`. */
  sample: string[]
  /** What it runs, by the name of the project. @default the app */
  target?: (name: string) => string[]
  /** Path of the app's record, if it is not in `dist`. */
  recordFile?: string
  check: (results: Files, directory: string) => void | Promise<void>
}

/** Prints the sizes of images, with what the project has installed. */
const measure = `import { createJimp } from '@jimp/core'
  import jpeg from '@jimp/js-jpeg'
  import png from '@jimp/js-png'
  const Jimp = createJimp({ formats: [jpeg, png] })
  for (const file of process.argv.slice(1)) {
    const { mime, width, height } = await Jimp.read(file)
    console.log(mime, width, height)
  }`

const expectations: Record<TemplateName, Expectation> = {
  'hello-world': {
    sample: ['--input', 'sample/text.txt', '--params', 'sample/params.json'],
    check: (results) => expect(results).toEqual({ 'hello_world_processed.txt': Buffer.from('Hello From A Vite Build\n') }),
  },
  'rollup-basic': {
    sample: ['--input', 'sample/text.txt'],
    check: (results) =>
      expect((JSON.parse(String(results['words.json'])) as unknown[]).slice(0, 2)).toEqual([
        ['the', 2],
        ['brown', 1],
      ]),
  },
  python: {
    sample: ['--input', 'sample/table.csv', '--params', 'sample/params.json'],
    check: (results) =>
      expect(JSON.parse(String(results['summary.json']))).toEqual({
        population: { count: 3, mean: 1790950, min: 659350, max: 3782202 },
        area: { count: 3, mean: 400.2, min: 90.1, max: 891.1 },
      }),
  },
  'image-batch': {
    sample: ['--input', 'sample/images.tar', '--params', 'sample/params.json'],
    async check(results, directory) {
      expect(Object.keys(results).toSorted()).toEqual(['landscape.jpg', 'portraits_portrait.png', 'small.png'])
      const files = Object.keys(results)
        .toSorted()
        .map((name) => join(directory, name))
      const sizes = await runSuccessfully('node', ['--input-type=module', '-e', measure, ...files], { cwd: join(directory, '..') })
      expect(sizes.trim().split('\n')).toEqual(['image/jpeg 64 43', 'image/png 43 64', 'image/png 16 16'])
    },
  },
  'fan-out': {
    sample: ['--input', 'sample/text.txt'],
    target: (name) => ['--template', `${name}-template`],
    recordFile: 'dist/app/bytenite.app.json',
    check: (results) => expect(JSON.parse(String(results['result.json']))).toMatchObject({ the: 20, a: 12 }),
  },
}

/** Registers, for each template, what a newcomer does with it. */
export function testTemplates(manager: Manager): void {
  test.each(Object.keys(TEMPLATES) as TemplateName[])(
    '%s: scaffold, install, type-check, test, run, build, publish',
    { timeout: 400_000 },
    (template) => tryTemplate(manager, template),
  )
}

async function tryTemplate(manager: Manager, template: TemplateName): Promise<void> {
  const newcomer = await createNewcomer(manager)
  const { home, run } = newcomer
  const name = `my-${template}`
  const flags = [name, '--template', template, '--yes']
  // What npx keeps of a scaffolder of the same version, out of another run, is not what is tried here.
  const said = await run(home, ['create', 'bytenite-app@latest', ...(manager === 'npm' ? ['--yes', '--', ...flags] : flags)], {
    npm_config_cache: join(home, '.npm'),
  })
  expect(said).toContain(`Next:\n  cd ${name}\n  ${manager} install\n  ${manager} run dev `)
  const project = join(home, name)
  await run(project, ['install'])

  const { scripts } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
  expect(existsSync(join(project, 'tsconfig.json'))).toBe('typecheck' in scripts)
  if ('typecheck' in scripts) await run(project, ['run', 'typecheck'])
  expect(await run(project, ['test'])).toMatch(/\b(?:passed|OK|pass [1-9])/)

  const { sample, target = (app) => [app], recordFile, check } = expectations[template]
  // What does not depend on who installed it is tried once.
  if (manager === 'npm') await tryWithoutAccount(newcomer, project, name)

  const platform = await startPlatform()
  const published = await run(project, ['run', 'push'], platform.env)
  expect(published).not.toMatch(/\b(?:missing-import|module-format|unknown-variable|source-maps?)\b/)
  const record = await readRecord(project, recordFile)
  expect(record).toMatchObject({ name, version: '0.1' })
  const arrived = await platform.extract(record)
  expect(Object.keys(arrived)).toContain(`app/${record.entrypoint}`)
  await run(project, ['exec', '--', 'bytenite-local', 'run', ...target(name), ...sample, '--out', 'out'], platform.env)
  const results = await readFiles(join(project, 'out'))
  await check(results, join(project, 'out'))
  if (manager === 'npm') expect(await readFiles(join(project, 'results'))).toEqual(results)
}

async function tryWithoutAccount({ run, tryToRun }: Newcomer, project: string, name: string): Promise<void> {
  expect(await run(project, ['run', 'try'])).toContain(`published ${name}@0.1`)
  expect(await run(project, ['run', 'build'])).toContain('not published: no credentials')
  const refused = await tryToRun(project, ['run', 'push'])
  expect(refused.exitCode, refused.stdout).not.toBe(0)
  expect(refused.stdout + refused.stderr).toContain('NO_CREDENTIALS')
}
