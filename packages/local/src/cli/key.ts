import { resolve } from 'node:path'
import { type Command, formatTable, formatTime, type Options, parseArguments, UsageError } from 'bytenite-uploader/internal/command-line'
import { plainText } from 'bytenite-uploader/internal/plain-text'
import { KeyError } from '../store/key-error.js'
import { addKey, listKeys, revokeKey } from '../store/key-files.js'
import { readKeyUses } from '../store/key-uses.js'
import { defaultDirectory } from '../utils/defaults.js'
import { warn } from './warn.js'

const OPTIONS = {
  dir: { value: '<dir>', description: `The platform's directory (default: ${plainText(defaultDirectory())})` },
} satisfies Options

export const key: Command = {
  usage: '<add|list|revoke> [name] [options]',
  summary: 'Create, list and revoke the API keys of a team, also while the platform runs',
  options: OPTIONS,
  examples: ['bytenite-local key add ci', 'bytenite-local key list', 'bytenite-local key revoke ci'],
  run: changeKeys,
}

const ACTIONS: Readonly<Record<string, (directory: string, name: string | undefined) => void>> = { add, list, revoke }

async function changeKeys(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const [action = '', name, unexpected] = positionals
  const change = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
  if (change === undefined) {
    const what = action === '' ? 'Missing what to do' : `Unexpected argument "${action}"`
    throw new UsageError(`${what}: key add <name>, key list, or key revoke <name>.`)
  }
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument "${unexpected}".`)
  try {
    change(resolve(values.dir ?? defaultDirectory()), name)
  } catch (error) {
    const isUsage = error instanceof KeyError && error.code === 'INVALID_NAME'
    throw isUsage ? new UsageError(error.message, { cause: error }) : error
  }
}

/** Only the key goes to the standard output, so that a script can read it from there. */
function add(directory: string, name: string | undefined): void {
  const created = addKey(directory, requireName('add', name))
  console.error(`Created the key ${name}. It is shown only now:`)
  console.log(created)
}

function revoke(directory: string, name: string | undefined): void {
  revokeKey(directory, requireName('revoke', name))
  console.log(`Revoked the key ${name}. The platform refuses it, and the access tokens issued for it, from now on.`)
}

function list(directory: string, name: string | undefined): void {
  if (name !== undefined) throw new UsageError(`Unexpected argument "${name}".`)
  const keys = listKeys(directory, warn)
  const uses = readKeyUses(directory)
  const lastUse = (id: string): string => (uses[id] === undefined ? 'never' : formatTime(uses[id]))
  const rows = keys.map(({ id, name: keyName, createdAt }) => [keyName, formatTime(createdAt), lastUse(id)])
  for (const line of formatTable([['NAME', 'CREATED', 'LAST USED'], ...rows])) console.log(line)
}

function requireName(action: string, name: string | undefined): string {
  if (name === undefined) throw new UsageError(`Missing the name of the key: key ${action} <name>.`)
  return name
}
