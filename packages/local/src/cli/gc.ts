import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { formatBytes } from 'bytenite-uploader/internal'
import { type Command, formatTable, formatTime, type Options, parseArguments, UsageError } from 'bytenite-uploader/internal/command-line'
import { plainText } from 'bytenite-uploader/internal/plain-text'
import { findFacts, openPremises, removeGarbage } from '../jobs/collect-garbage.js'
import { planGarbage, type Garbage, type GarbageRules } from '../jobs/garbage.js'
import { checkExistingDirectory } from '../store/directory.js'
import { Store } from '../store/store.js'
import { defaultDirectory } from '../utils/defaults.js'
import { readAge, readSize } from './amounts.js'
import { warn } from './warn.js'

const OPTIONS = {
  'older-than': { value: '<age>', description: 'Remove jobs that ended longer ago than this, such as 30d or 12h (default: none)' },
  'max-size': {
    value: '<size>',
    description: 'Remove the oldest of the jobs that have ended, until the others have at most this size, such as 10G (default: none)',
  },
  dir: { value: '<dir>', description: `The platform's directory (default: ${plainText(defaultDirectory())})` },
  yes: { description: 'Remove without asking' },
} satisfies Options

export const gc: Command = {
  usage: '[options]',
  summary: 'List and remove what a platform that does not run need not keep: old jobs, and revisions that no job needs',
  options: OPTIONS,
  examples: ['bytenite-local gc --older-than 30d', 'bytenite-local gc --older-than 30d --max-size 10G --yes'],
  run: collect,
}

async function collect(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const [unexpected] = positionals
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument "${unexpected}".`)
  const { 'older-than': age, 'max-size': size } = values
  const rules: GarbageRules = {
    maxAge: age === undefined ? undefined : readAge('--older-than', age),
    maxSize: size === undefined ? undefined : readSize('--max-size', size),
  }
  const directory = resolve(values.dir ?? defaultDirectory())
  checkExistingDirectory(directory)
  // Takes the directory for itself: what runs may need what looks as if nobody did.
  const store = new Store(directory, warn)
  try {
    const premises = openPremises(directory, store, warn)
    const garbage = planGarbage(await findFacts(premises), rules, Date.now())
    for (const line of describe(garbage)) console.log(line)
    if (isEmpty(garbage) || !(values.yes === true || (await isConfirmed()))) return
    await removeGarbage(premises, garbage)
    console.log('Removed.')
  } finally {
    store.close()
  }
}

function isEmpty({ jobs, revisions, code }: Garbage): boolean {
  return jobs.length + revisions.length + code.length === 0
}

function describe(garbage: Garbage): string[] {
  const { jobs, revisions, code, size } = garbage
  if (isEmpty(garbage)) return ['There is nothing to remove.']
  const jobRows = jobs.map((job) => [job.id, job.name, formatTime(job.endedAt), formatBytes(job.size)])
  const revisionRows = revisions.map(({ kind, tag, number }) => [kind === 'apps' ? 'app' : 'engine', tag, String(number)])
  return [
    ...section('Jobs that have ended, with their data, results and logs:', ['ID', 'NAME', 'ENDED', 'SIZE'], jobRows),
    ...section('Revisions that were replaced, and that no job needs:', ['KIND', 'TAG', 'REVISION'], revisionRows),
    ...(code.length === 0
      ? []
      : [`Unpacked code of ${code.length === 1 ? 'an archive' : `${code.length} archives`} that no job needs`, '']),
    `To remove: ${formatBytes(size)}`,
  ]
}

function section(title: string, head: string[], rows: string[][]): string[] {
  return rows.length === 0 ? [] : [title, ...formatTable([head, ...rows]).map((line) => `  ${line}`), '']
}

/** Asks on a terminal. Elsewhere, nobody could answer. */
async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    console.log('Nothing was removed. To remove this, add --yes.')
    return false
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answer = await terminal.question('Remove all of this? [y/N] ')
    if (/^y(?:es)?$/i.test(answer.trim())) return true
    console.log('Nothing was removed.')
    return false
  } finally {
    terminal.close()
  }
}
