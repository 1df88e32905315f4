import * as v from 'valibot'
import type { Archive } from '../archive/archive.js'
import type { AppRecord, EngineRecord, GenericResponse, JobTemplate } from '../wire.js'
import type { DownloadResult } from './api/download.js'
import type { ListOptions } from './api/pages.js'
import { parseResponse } from './http/parse-response.js'
import { publishedApi, type UploadResult, type UploadOptions } from './api/published-api.js'
import { templatesApi } from './api/templates-api.js'
import { createTransport, type TransportOptions } from './transport.js'

export interface ClientOptions extends TransportOptions {}

/**
 * The platform's Developer API, one function per endpoint. A tag is `name`, `name@MAJOR` (its highest minor) or
 * `name@MAJOR.MINOR`. 64-bit integers stay strings, as they travel; unknown fields stay where they are; the token for a
 * private registry is removed from every record. Every function throws {@link ByteNiteError}, or the signal's reason.
 */
export interface Client {
  /**
   * `POST /dev/apps`. When the response is lost, the platform is asked whether it has the archive before it is sent again.
   */
  uploadApp(archive: Archive, options: UploadOptions): Promise<UploadResult<AppRecord>>
  /** `GET /dev/apps`, page by page as the records are used. */
  listApps(options?: ListOptions): AsyncGenerator<AppRecord, void, undefined>
  /** `GET /dev/apps/{appTag}` */
  getApp(tag: string): Promise<AppRecord>
  /** `GET /dev/apps/{appTag}/status`: what the platform says, such as `active`. */
  getAppStatus(tag: string): Promise<string>
  /** `POST /dev/apps/{appTag}/activate`; it may take a while until the status says so. */
  activateApp(tag: string): Promise<GenericResponse>
  /** `POST /dev/apps/{appTag}/deactivate` */
  deactivateApp(tag: string): Promise<GenericResponse>
  /**
   * `GET /dev/apps/{appTag}/download`, and what its link leads to, as a file that is there whole and checked or not at
   * all.
   */
  downloadApp(tag: string, file: string): Promise<DownloadResult<AppRecord>>

  /** `POST /dev/engines`, as {@link Client.uploadApp}. */
  uploadEngine(archive: Archive, options: UploadOptions): Promise<UploadResult<EngineRecord>>
  /** `GET /dev/engines`, page by page as the records are used. */
  listEngines(options?: ListOptions): AsyncGenerator<EngineRecord, void, undefined>
  /** `GET /dev/engines/{engineTag}` */
  getEngine(tag: string): Promise<EngineRecord>
  /** `GET /dev/engines/{engineTag}/status` */
  getEngineStatus(tag: string): Promise<string>
  /** `POST /dev/engines/{engineTag}/activate` */
  activateEngine(tag: string): Promise<GenericResponse>
  /** `POST /dev/engines/{engineTag}/deactivate` */
  deactivateEngine(tag: string): Promise<GenericResponse>
  /** `GET /dev/engines/{engineTag}/download`, as {@link Client.downloadApp}. */
  downloadEngine(tag: string, file: string): Promise<DownloadResult<EngineRecord>>

  /** `POST /dev/templates`: creates a job template, or replaces the one with its id. */
  saveTemplate(template: JobTemplate): Promise<JobTemplate>
  /** `GET /dev/templates`, page by page as the templates are used. */
  listTemplates(options?: Pick<ListOptions, 'pageSize'>): AsyncGenerator<JobTemplate, void, undefined>
  /** `GET /dev/templates/{id}` */
  getTemplate(id: string): Promise<JobTemplate>

  /** `GET /dev/info`: what the service says of itself. */
  getInfo(): Promise<Record<string, unknown>>
}

/**
 * A client for one platform and one account. Connects nothing yet: an API key is exchanged for an access token with the
 * first call, and again shortly before that ends. Needs no closing.
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export function createClient(options: ClientOptions): Client {
  const transport = createTransport(options)
  const apps = publishedApi<AppRecord>(transport, 'apps')
  const engines = publishedApi<EngineRecord>(transport, 'engines')
  const templates = templatesApi(transport)
  return {
    uploadApp: apps.upload,
    listApps: apps.list,
    getApp: apps.get,
    getAppStatus: apps.getStatus,
    activateApp: apps.activate,
    deactivateApp: apps.deactivate,
    downloadApp: apps.download,

    uploadEngine: engines.upload,
    listEngines: engines.list,
    getEngine: engines.get,
    getEngineStatus: engines.getStatus,
    activateEngine: engines.activate,
    deactivateEngine: engines.deactivate,
    downloadEngine: engines.download,

    saveTemplate: templates.save,
    listTemplates: templates.list,
    getTemplate: templates.get,

    getInfo: () =>
      transport.call({
        method: 'GET',
        path: '/dev/info',
        read: (response) => parseResponse(v.looseObject({}), response, 'information on the service'),
      }),
  }
}
