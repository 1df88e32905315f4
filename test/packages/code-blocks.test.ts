import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { format } from 'prettier'
import { expect, test } from 'vitest'
import { allBlocks, stepsOf, type CodeBlock } from '../helpers/code-blocks.ts'
import { pages } from '../helpers/pages.ts'
import { repository } from '../helpers/project.ts'
import { findMistakes, isCommand } from './documented-commands.ts'
import { checkTypes } from './typed-blocks.ts'

/** Blocks that nothing can run, by how they begin, and what they are. */
const OUTPUTS: Readonly<Record<string, string>> = {
  'vite v': 'what a build prints: test/edges/documented-ci.test.ts',
  'packages/core ': "the packages' names",
  '[NO_OUTPUT] ': 'an error: test/edges/documented-programs.test.ts',
  ' your project ': 'a drawing',
  'built in ': 'what the loop prints: test/edges/dev-loop.test.ts',
}

/** Languages with a test of their own, by the page. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'ini packages/local/docs/team.md': 'test/edges/team-readme.test.ts',
  'nginx packages/local/docs/team.md': 'test/edges/team-readme.test.ts',
  'ini packages/local/docs/cluster.md': 'test/packages/slurm-page.test.ts',
}

const blocks = await allBlocks()
const typed = blocks.filter(({ language }) => ['ts', 'js', 'mjs', 'tsx', 'jsx'].includes(language))
const others = blocks.filter((block) => !typed.includes(block))

const nameOf = ({ page, line, language }: CodeBlock): string => `${page}:${line} (${language})`

test('the code in JavaScript and TypeScript has the types that it takes', () => {
  expect(typed.length).toBeGreaterThan(20)
  const mistakes = checkTypes(typed)
  expect(Object.fromEntries(typed.map((block, index) => [nameOf(block), mistakes[index]]).filter(([, found]) => found?.length))).toEqual({})
})

const RULES: Readonly<Record<string, (block: CodeBlock) => unknown>> = {
  sh: checkShell,
  yaml: checkYaml,
  json: checkJson,
  jsonc: checkJson,
  py: checkPython,
  text: ({ code }) => expect(Object.keys(OUTPUTS).filter((start) => code.startsWith(start))).toHaveLength(1),
}

test.each(others.map((block) => [nameOf(block), block] as const))('%s is as its language wants it', async (_name, block) => {
  const { page, language } = block
  const rule = RULES[language]
  const where = ELSEWHERE[`${language} ${page}`]
  if (rule === undefined) return expect(existsSync(join(repository, where ?? '?')), 'No rule covers this block.').toBe(true)
  await rule(block)
})

test.each(await pages())('the commands of ours that the text of %s names exist', async (page) => {
  const text = readFileSync(join(repository, page), 'utf8').replaceAll(/^```[^]*?^```/gm, '')
  for (const [, command = ''] of text.matchAll(/`((?:npx )?bytenite-(?:local|uploader) [^`]*)`/g)) {
    const [program = '', name = '', ...parameters] = command.replace('npx ', '').split(' ')
    if (/^(?:<command>|…|\()/.test(name)) continue
    // Without any words, it is only mentioned.
    if (parameters.length === 0) expect(await isCommand(program, name), command).toBe(true)
    else expect(await findMistakes(command, page)).toEqual([])
  }
})

async function checkShell({ code, page }: CodeBlock): Promise<void> {
  expect(spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' }).stderr).toBe('')
  expect(await findMistakes(code, page)).toEqual([])
}

async function checkYaml({ code, page }: CodeBlock): Promise<void> {
  await format(code, { parser: 'yaml' })
  const steps = stepsOf(code)
  expect(steps).not.toEqual([])
  expect(await findMistakes(steps.join('\n'), page)).toEqual([])
  checkVariables(code)
}

/** A whole file, or some lines of one. */
async function checkJson({ code, page }: CodeBlock): Promise<void> {
  const text = code.replace(/^\/\/.*\n/, '')
  const value = JSON.parse(text.startsWith('{') ? text : `{${text.trim().replace(/,$/, '')}}`) as Record<string, unknown>
  checkVariables(code)
  if (code.startsWith('// manifest.json')) {
    const validate = new Ajv({ strict: false }).compile({ ...readJson('packages/core/manifest.schema.json'), additionalProperties: false })
    validate(value)
    expect(validate.errors ?? []).toEqual([])
  }
  const { $schema, build } = value
  if (typeof $schema === 'string' && !$schema.startsWith('https:')) expect(existsSync(join(repository, $schema))).toBe(true)
  if (typeof build === 'string') expect(await findMistakes(build, page)).toEqual([])
}

/** The variables of ours that it names have an option. */
function checkVariables(code: string): void {
  const documented = readFileSync(join(repository, 'packages/core/docs/options.md'), 'utf8')
  const unknown = (code.match(/\bBYTENITE_\w+/g) ?? []).filter((name) => !documented.includes(`\`${name}\``))
  expect(unknown).toEqual([])
}

function readJson(path: string): object {
  return JSON.parse(readFileSync(join(repository, path), 'utf8')) as object
}

function checkPython({ code }: CodeBlock): void {
  const { status, stderr } = spawnSync('python3', ['-c', 'import sys; compile(sys.stdin.read(), "block", "exec")'], {
    input: code,
    encoding: 'utf8',
  })
  expect(status, stderr).toBe(0)
}
