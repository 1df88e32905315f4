import { Hono } from 'hono'
import { streamText } from '../http/stream-text.js'
import type { Jobs } from '../jobs/jobs.js'
import type { Store } from '../store/store.js'
import { appRoutes } from './apps/app-routes.js'
import type { ApiEnv } from '../http/api-env.js'
import { streamChanges } from './events.js'
import { jobRoutes } from './jobs/job-routes.js'
import { assetRoutes } from './page/assets.js'
import { requireSession } from './session/guard.js'
import type { LoginLinks } from './session/login-links.js'
import { loginRoutes } from './session/login-routes.js'
import type { Sessions } from './session/sessions.js'

/** The paths below which there are pages. */
const PATHS = ['/', '/jobs', '/jobs/*', '/apps', '/apps/*', '/engines', '/engines/*', '/events']

/** What is live and what runs, for a browser. */
export function createDashboard(store: Store, jobs: Jobs, sessions: Sessions, links: LoginLinks): Hono<ApiEnv> {
  const dashboard = new Hono<ApiEnv>()

  dashboard.route('/', assetRoutes())
  dashboard.route('/', loginRoutes(sessions, links))
  for (const path of PATHS) dashboard.use(path, requireSession(sessions))

  dashboard.get('/', (c) => c.redirect('/jobs'))
  dashboard.post('/events', (c) => {
    const about = c.req.query('about') ?? ''
    return streamText(c, 'text/event-stream', (signal) => streamChanges(about, jobs, store, signal))
  })
  dashboard.route('/', jobRoutes(store, jobs, sessions))
  dashboard.route('/', appRoutes('apps', store))
  dashboard.route('/', appRoutes('engines', store))
  return dashboard
}
