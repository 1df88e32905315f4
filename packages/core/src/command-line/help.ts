import type { Option, Options } from './arguments.js'

export type Row = readonly [term: string, description: string]

/** Lays out a help text; the descriptions of all sections start in the same column. */
export function formatHelp(summary: string, usage: string, sections: Readonly<Record<string, readonly Row[]>>): string {
  const described = Object.values(sections)
    .flat()
    .filter(([, description]) => description !== '')
  const width = Math.max(0, ...described.map(([term]) => term.length))
  const blocks = Object.entries(sections).map(([title, rows]) => {
    const lines = rows.map(([term, description]) => `  ${term.padEnd(width)}  ${description}`.trimEnd())
    return [`${title}:`, ...lines].join('\n')
  })
  return [summary, `Usage: ${usage}`, ...blocks].join('\n\n')
}

/** Sections with a row for each option, with its default. */
export function optionSections(options: Options): Record<string, Row[]> {
  const sections: Record<string, Row[]> = { Options: [] }
  for (const [name, option] of Object.entries(options)) (sections[option.group ?? 'Options'] ??= []).push(optionRow(name, option))
  sections['Options']?.push(HELP_ROW)
  return sections
}

function optionRow(name: string, { value, short, negatable, description, default: fallback }: Option): Row {
  const long = `--${name}${value === undefined ? '' : ` ${value}`}`
  const otherwise = negatable === true && value !== undefined ? `, --no-${name}` : ''
  return [
    `${short === undefined ? '    ' : `-${short}, `}${long}${otherwise}`,
    fallback === undefined ? description : `${description} (default: ${fallback})`,
  ]
}

const HELP_ROW: Row = ['-h, --help', 'Show this help']
