import type { Context } from 'hono'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ApiContext } from '../../http/api-env.js'
import { Page } from './frame.js'
import { respond } from './respond.js'

/** Whether somebody looks at the response, and no program: a browser asks for a page, but not of the API. */
export function wantsPage({ req }: Context): boolean {
  return req.header('accept')?.includes('text/html') === true && !req.path.startsWith('/v1/')
}

/** Responds with a page that says why there is no other one. */
export function respondProblem(c: ApiContext, message: string, status: ContentfulStatusCode): Promise<Response> {
  return respond(c, <Problem message={message} formToken={c.get('formToken')} />, status)
}

function Problem({ message, formToken }: { message: string; formToken: string | undefined }): JSX.Element {
  return (
    <Page title="Not possible" formToken={formToken}>
      <h1>This is not possible</h1>
      <p class="problem">{message}</p>
      <p>
        <a href="/jobs">All jobs</a>
      </p>
    </Page>
  )
}
