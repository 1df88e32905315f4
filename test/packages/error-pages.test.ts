import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ByteNiteError } from 'bytenite-uploader'
import { ConfigurationError } from 'bytenite-local'
import { CreateError } from 'create-bytenite-app'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { readFiles, repository } from '../helpers/project.ts'

/** Pages of the packages with errors of their own, and where the texts of these errors are. */
const pages = [
  { folder: 'core', sources: ['core', 'rollup', 'vite'], documented: new ByteNiteError('NO_OUTPUT', '').docs },
  { folder: 'local', sources: ['local'], documented: new ConfigurationError('NO_SLURM', '').docs },
  { folder: 'create', sources: ['create'], documented: new CreateError('NOT_EMPTY', '').docs },
]

describe.each(pages)('packages/$folder/docs/errors.md', async ({ folder, sources, documented }) => {
  const page = await readFile(join(repository, `packages/${folder}/docs/errors.md`), 'utf8')
  const [beginning = '', ...sections] = page.split(/^## /m)
  const entries = sections.map(readEntry).filter(({ heading }) => /^[A-Z_]+$/.test(heading))
  const texts = (await Promise.all(sources.map(readSources))).flat()
  const text = texts.join('\n')

  test('explains every code, and no other', () => {
    const codes = texts.flatMap(codesIn)
    expect(codes.length).toBeGreaterThan(5)
    expect(entries.map(({ heading }) => heading).toSorted()).toEqual(codes.toSorted())
  })

  test('begins with links to all entries, in their order, by the anchors that renderers make', () => {
    const links = Array.from(beginning.matchAll(/\[([A-Z_]+)\]\(#(\w+)\)/g), ([, code, anchor]) => ({ code, anchor }))
    expect(links).toEqual(entries.map(({ heading }) => ({ code: heading, anchor: heading.toLowerCase() })))
  })

  test.each(entries)('$heading has a meaning, causes and what to do', ({ meaning, header, rows }) => {
    expect(meaning).toMatch(/^[A-Z`].{20,}\.$/s)
    expect(header).toEqual(['Message', 'Cause', 'What to do'])
    expect(rows.length).toBeGreaterThanOrEqual(2)
    const row = [expect.stringMatching(/^`[^`]+`$/), expect.stringMatching(/./), expect.stringMatching(/./)]
    expect(rows).toEqual(rows.map(() => row))
  })

  test.each(entries)('$heading quotes real messages', ({ rows }) => {
    const fragments = rows.flatMap(([message = '']) => fragmentsOf(message))
    expect(fragments.filter((fragment) => !isMadeOf(fragment, text))).toEqual([])
  })

  test('is where its errors say that it is', async () => {
    const [path = '', anchor] = documented.split('#')
    expect(entries.map(({ heading }) => heading.toLowerCase())).toContain(anchor)
    const name = path.split('/')[0] ?? ''
    expect(path).toBe(`${name}/docs/errors.md`)
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
    const { files } = JSON.parse(await readFile(manifest, 'utf8')) as { files: string[] }
    expect(files.some((pattern) => ['docs', 'docs/*.md'].includes(pattern))).toBe(true)
    expect(existsSync(join(manifest, '..', 'docs/errors.md'))).toBe(true)
  })
})

interface Entry {
  heading: string
  meaning: string
  /** Of the table. */
  header: string[]
  rows: string[][]
}

function readEntry(section: string): Entry {
  const [heading = '', ...lines] = section.split('\n')
  const start = lines.findIndex((line) => line.startsWith('|'))
  const [header = [], , ...rows] = lines.filter((line) => line.startsWith('|')).map(cellsOf)
  return { heading, meaning: lines.slice(0, start).join('\n').trim(), header, rows }
}

function cellsOf(line: string): string[] {
  const cells = line.split('|').slice(1, -1)
  return cells.map((cell) => cell.trim())
}

async function readSources(folder: string): Promise<string[]> {
  const files = await readFiles(join(repository, 'packages', folder, 'src'))
  return Object.values(files).map((content) => content.toString())
}

/** The members of all unions of codes that a source declares. */
function codesIn(text: string): string[] {
  const source = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest)
  return source.statements
    .filter((statement) => ts.isTypeAliasDeclaration(statement))
    .filter(({ name }) => name.text.endsWith('ErrorCode'))
    .flatMap(({ type }): readonly ts.TypeNode[] => (ts.isUnionTypeNode(type) ? type.types : [type]))
    .map((member) => {
      if (ts.isLiteralTypeNode(member) && ts.isStringLiteral(member.literal)) return member.literal.text
      throw new Error(`Not a code: ${member.getText(source)}`)
    })
}

/** The parts of a quoted message between what stands for a value. What the system says is left out. */
function fragmentsOf(message: string): string[] {
  return message
    .replaceAll('`', '')
    .replace(/E[A-Z]{3,}: .*|spawn git ENOENT|(?<=\()podman: .*(?=\))/, '')
    .split(/…|\d+|[[\]]/)
    .map((fragment) => fragment.replace(/^[^\w[]+|[^\w"'\])]+$/g, ''))
    .filter((fragment) => fragment !== '')
}

/** Whether a text has the words of a fragment together, or in up to three parts, of which code makes a message. */
function isMadeOf(fragment: string, text: string, parts: number = 3): boolean {
  if (text.includes(fragment)) return true
  const words = fragment.split(' ')
  for (let count = words.length - 1; count >= 1 && parts > 1; count--) {
    const [first, rest] = [words.slice(0, count).join(' '), words.slice(count).join(' ')]
    if (text.includes(first) && isMadeOf(rest, text, parts - 1)) return true
  }
  return false
}
