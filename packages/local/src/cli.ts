import { runCommandLine } from 'bytenite-uploader/internal/command-line'
import { abort } from './cli/abort.js'
import { dev } from './cli/dev.js'
import { gc } from './cli/gc.js'
import { job } from './cli/job.js'
import { jobs } from './cli/jobs.js'
import { key } from './cli/key.js'
import { logs } from './cli/logs.js'
import { open } from './cli/open.js'
import { report } from './cli/report.js'
import { rerun } from './cli/rerun.js'
import { run } from './cli/run.js'
import { serve } from './cli/serve.js'
import { readVersion } from './utils/version.js'

await runCommandLine(
  {
    name: 'bytenite-local',
    summary: 'The ByteNite platform on one machine',
    version: readVersion(),
    commands: { serve, key, gc, run, dev, jobs, job, logs, abort, rerun, report, open },
  },
  process.argv.slice(2),
)
