import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pages } from './pages.ts'
import { repository } from './project.ts'

/** A fenced block of a page. */
export interface CodeBlock {
  page: string
  /** Of its fence. */
  line: number
  language: string
  code: string
}

/** All code blocks of a page, in their order. @throws for a fence of a kind that is not known here */
async function blocksOf(page: string): Promise<CodeBlock[]> {
  const text = await readFile(join(repository, page), 'utf8')
  const blocks = Array.from(text.matchAll(/^( *)```(.*)\n([^]*?)^\1```$/gm), ({ index, 2: language = '', 3: code = '' }) => ({
    page,
    line: text.slice(0, index).split('\n').length,
    language,
    code,
  }))
  if (text.match(/^[ >]*(?:```|~~~)/gm)?.length !== (blocks.length === 0 ? undefined : blocks.length * 2)) {
    throw new Error(`${page} has a fence that begins or ends no block.`)
  }
  return blocks
}

/** Those of all pages. */
export async function allBlocks(): Promise<CodeBlock[]> {
  return (await Promise.all((await pages()).map(blocksOf))).flat()
}

/** The code of the one block of a page in this language that has this text in it. */
export async function findCode(page: string, language: string, text: string): Promise<string> {
  const found = (await blocksOf(page)).filter((block) => block.language === language && block.code.includes(text))
  if (found.length !== 1) throw new Error(`${page} has ${found.length} blocks in ${language} with "${text}", and not one.`)
  return found[0]?.code ?? ''
}

/** The commands that a workflow of GitHub or GitLab runs, in their order. */
export function stepsOf(workflow: string): string[] {
  const [, script = ''] = /^ *script:\n((?: *- .*\n)*)/m.exec(workflow) ?? []
  return Array.from(`${script.replaceAll(/^( *- )/gm, '$1run: ')}${workflow}`.matchAll(/^ *- run: (.*)$/gm), ([, command = '']) => command)
}
