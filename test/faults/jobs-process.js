// Jobs without a server, as a process of their own that can be killed.
//
//     node jobs-process.js DIRECTORY
//
// Each line on stdin is a request for a job, which is created and run; the line that acknowledges it is `{ started: id }`. The
// line `{ rerun: id }` runs all tasks of a job again. Every change of a job or a task is printed.
import { createInterface } from 'node:readline'
import { createJobs, workDirectory } from '../../packages/local/dist/jobs/create-jobs.js'
import { createProcessRunner } from '../../packages/local/dist/runners/processes/process-runner.js'
import { Store } from '../../packages/local/dist/store/store.js'

const [directory = ''] = process.argv.slice(2)
/** @param {object} line */
const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)
/** @param {string} message */
const onWarning = (message) => process.stderr.write(`${message}\n`)

const store = new Store(directory, onWarning)
const runner = createProcessRunner({ root: workDirectory(directory), concurrency: 4 })
const jobs = createJobs({ directory, store, runner, onWarning })
jobs.subscribe(({ event, data }) => print({ [event]: data }))
print({ jobs: [...jobs.list()].map((job) => ({ job, tasks: [...jobs.tasks(job.id)] })) })

for await (const line of createInterface(process.stdin)) {
  if (line === 'close') {
    await jobs.close(0)
    store.close()
    process.stdin.destroy()
    break
  }
  const { rerun, ...request } = JSON.parse(line)
  if (rerun !== undefined) {
    await jobs.rerun(rerun, 'all')
    continue
  }
  const { id } = await jobs.create(request)
  await jobs.run(id, {})
  print({ started: id })
}
