import type { Options } from './arguments.js'

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

/** A row for each option, with its default. */
export function optionRows(options: Options): Row[] {
  return Object.entries(options).map(([name, { value, short, description, default: fallback }]) => [
    `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
    fallback === undefined ? description : `${description} (default: ${fallback})`,
  ])
}

export const HELP_ROW: Row = ['-h, --help', 'Show this help']
