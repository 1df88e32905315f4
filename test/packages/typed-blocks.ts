import { join } from 'node:path'
import ts from 'typescript'
import type { CodeBlock } from '../helpers/code-blocks.ts'
import { repository } from '../helpers/project.ts'

/** Modules that are not installed here. What is imported of them may be anything. */
const NOT_INSTALLED = ['@rollup/plugin-commonjs', '@rollup/plugin-node-resolve', 'esbuild', 'tsdown', 'tsup']

/** What stands before the first line of a block that shows only a part of a module, by its page. */
const BEFORE: Readonly<Record<string, string>> = {
  'packages/rollup/docs/run-time-files.md': `
    import { readFile } from 'node:fs/promises'
    import { join } from 'node:path'
    import { Worker } from 'node:worker_threads'`,
}

/** As a user who is strict would set them. An example in JavaScript, or of a config that nobody compiles, does without some types. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  noImplicitAny: false,
  noUncheckedIndexedAccess: true,
  allowJs: true,
  checkJs: true,
  noEmit: true,
  skipLibCheck: true,
  types: ['node'],
}

/** Code in JavaScript and TypeScript, type-checked as one program. Returns what is wrong with each block, by its index. */
export function checkTypes(blocks: readonly CodeBlock[]): string[][] {
  const files = new Map(blocks.map((block, index) => [fileOf(block, index), sourceOf(blocks, index)]))
  const ambient = join(directory, 'not-installed.d.ts')
  const host = ts.createCompilerHost(OPTIONS)
  const all = new Map([...files, [ambient, NOT_INSTALLED.map((name) => `declare module '${name}'\n`).join('')]])
  const { getSourceFile, fileExists, readFile } = host
  host.fileExists = (file) => all.has(file) || fileExists(file)
  host.readFile = (file) => all.get(file) ?? readFile(file)
  host.getSourceFile = (file, version, ...others) => {
    const text = all.get(file)
    return text === undefined ? getSourceFile(file, version, ...others) : ts.createSourceFile(file, text, version)
  }
  const program = ts.createProgram([...all.keys()], OPTIONS, host)
  return [...files.keys()].map((file) => {
    const source = program.getSourceFile(file)
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(({ messageText, start = 0 }) => {
      const [line] = source?.text.slice(start).split('\n') ?? []
      return `${ts.flattenDiagnosticMessageText(messageText, '\n')} At: ${line}`
    })
  })
}

/** None of these files exists. They are where the packages are found. */
const directory = join(repository, 'test/packages/blocks')

function fileOf({ language }: CodeBlock, index: number): string {
  return join(directory, `${index}.${language}`)
}

/** A block that imports nothing goes on where the one before it on its page has ended. */
function sourceOf(blocks: readonly CodeBlock[], index: number): string {
  const { page = '', code = '' } = blocks[index] ?? {}
  if (/^(?:import|export) /m.test(code)) return code
  const before = blocks[index - 1]?.page === page ? sourceOf(blocks, index - 1) : (BEFORE[page] ?? '')
  return `${before}\n${code}\nexport {}\n`
}
