// `bytenite-local serve` as far as the benchmark needs it, with a place that starts nothing.

import { parseArgs } from 'node:util'
import { createDashboard } from '../../../packages/local/dist/dashboard/dashboard.js'
import { LoginLinks } from '../../../packages/local/dist/dashboard/session/login-links.js'
import { Sessions } from '../../../packages/local/dist/dashboard/session/sessions.js'
import { Auth } from '../../../packages/local/dist/http/auth.js'
import { Signatures } from '../../../packages/local/dist/http/signatures.js'
import { createJobs } from '../../../packages/local/dist/jobs/create-jobs.js'
import { createApi } from '../../../packages/local/dist/server/api.js'
import { resolveListenOptions } from '../../../packages/local/dist/server/listen-options.js'
import { listen } from '../../../packages/local/dist/server/listen.js'
import { StoredKeyRing } from '../../../packages/local/dist/store/key-ring.js'
import { Store } from '../../../packages/local/dist/store/store.js'
import { PacedRunner } from './paced-runner.js'

const { values } = parseArgs({ strict: false, options: { dir: { type: 'string' }, 'api-key': { type: 'string' } } })
const directory = String(values.dir)
const onWarning = console.error
const store = new Store(directory, onWarning)
const keys = new StoredKeyRing(directory, String(values['api-key']), onWarning)
const signatures = new Signatures(store.signingKey())
const jobs = createJobs({ directory, store, runner: new PacedRunner(), limits: { log: 200e6 }, onWarning })
const loginLinks = new LoginLinks()
const dashboard = createDashboard(store, jobs, new Sessions(keys, signatures), loginLinks)
const options = { publicUrls: [], idleTimeout: 60_000 }
const api = createApi(store, jobs, new Auth(keys, signatures), { ...options, before: [], dashboard, loginLinks, remote: undefined })
const server = await listen(resolveListenOptions({}, []), { ...options, fetch: api.fetch, onWarning })
console.log(server.apiUrl)
process.once('SIGTERM', async () => {
  await jobs.close(0)
  await server.close()
  store.close()
})
