import * as v from 'valibot'
import type { JobTemplate } from '../../wire.js'
import type { TextResponse } from '../http/response.js'
import { listPages, type ListOptions } from './pages.js'
import { parseResponse } from '../http/parse-response.js'
import type { Transport } from '../transport.js'

/** The endpoints of job templates. */
export interface TemplatesApi {
  save(template: JobTemplate): Promise<JobTemplate>
  list(options?: Pick<ListOptions, 'pageSize'>): AsyncGenerator<JobTemplate, void, undefined>
  get(id: string): Promise<JobTemplate>
}

const PATH = '/dev/templates'
const TemplateSchema = v.looseObject({ id: v.string() })

export function templatesApi(transport: Transport): TemplatesApi {
  return {
    save: (template) => transport.call({ method: 'POST', path: PATH, json: template, read }),
    list: (options) => listPages(transport, PATH, 'templates', options),
    get: (id) => transport.call({ method: 'GET', path: `${PATH}/${encodeURIComponent(id)}`, read }),
  }
}

function read(response: TextResponse): JobTemplate {
  return parseResponse(TemplateSchema, response, 'a job template')
}
