import { readFileSync } from 'node:fs'
import { activate } from './cli/activate.js'
import { deactivate } from './cli/deactivate.js'
import { diff } from './cli/diff.js'
import { EXIT_CODE_ROWS, exitCodeOf } from './cli/exit-codes.js'
import { inspect } from './cli/inspect.js'
import { list } from './cli/list.js'
import { describeError } from './cli/output/describe-error.js'
import { pack } from './cli/pack.js'
import { publish } from './cli/publish.js'
import { pull } from './cli/pull.js'
import { status } from './cli/status.js'
import { templates } from './cli/templates.js'
import { verify } from './cli/verify.js'
import { runCommandLine } from './command-line/run-command-line.js'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

await runCommandLine(
  {
    name: 'bytenite-uploader',
    summary: 'Packs and publishes ByteNite apps, and says what is published',
    version,
    commands: { publish, pack, inspect, diff, verify, status, activate, deactivate, list, pull, templates },
    notes: { 'Exit codes': EXIT_CODE_ROWS },
    describe: describeError,
    exitCodeOf,
  },
  process.argv.slice(2),
)
