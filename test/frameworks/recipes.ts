import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repository } from '../helpers/project.ts'

/** The page "With other tools". */
export async function readPage(): Promise<string> {
  return readFile(join(repository, 'packages/core/docs/other-tools.md'), 'utf8')
}

/** A block of code of the page. */
export interface CodeBlock {
  /** The file that its first line names, if it does. */
  file: string | undefined
  code: string
}

/** All code below a heading of the page. */
export async function readRecipe(heading: string): Promise<CodeBlock[]> {
  const section = (await readPage()).split(/^## /m).find((text) => text.startsWith(`${heading}\n`))
  if (section === undefined) throw new Error(`The page has no heading "${heading}".`)
  return [...section.matchAll(/^```\w+\n(.*?)^```$/gms)].map(([, code = '']) => ({ file: /^\/\/ ([\w.]+)/.exec(code)?.[1], code }))
}

/** The file of a recipe that has only one. */
export async function readRecipeFile(heading: string, file: string): Promise<string> {
  const block = (await readRecipe(heading)).find((each) => each.file === file)
  if (block === undefined) throw new Error(`The page has no ${file} below "${heading}".`)
  return block.code
}
