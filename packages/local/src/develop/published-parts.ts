import type { Client } from 'bytenite-uploader'
import { tagOf } from 'bytenite-uploader/internal'
import type { AppRecord, EngineRecord, JobTemplate } from 'bytenite-uploader/wire'
import type { JobRequest } from 'bytenite-uploader/wire-jobs'

/** What a job runs. */
export type PublishedParts = Pick<JobRequest, 'templateId' | 'app' | 'partitioner' | 'assembler'>

/** What is on a platform. */
export interface PublishedContent {
  apps: readonly AppRecord[]
  engines: readonly EngineRecord[]
  templates: readonly JobTemplate[]
}

/** In the place of an engine: there is none. */
export const PASSTHROUGH = 'passthrough'

export async function readPublished(client: Client): Promise<PublishedContent> {
  const [apps, engines, templates] = await Promise.all([all(client.apps.list()), all(client.engines.list()), all(client.templates.list())])
  return { apps, engines, templates }
}

/** The same with the newest version only of what was published under several. */
export function newestOnly({ apps, engines, templates }: PublishedContent): PublishedContent {
  return { apps: newestOfEach(apps), engines: newestOfEach(engines), templates }
}

function newestOfEach<Published extends AppRecord>(records: readonly Published[]): Published[] {
  const newest = new Map<string | undefined, Published>()
  for (const record of records.toSorted((a, b) => timeOf(a) - timeOf(b))) newest.set(record.name, record)
  return [...newest.values()]
}

function timeOf({ updatedAt = '' }: AppRecord): number {
  return Date.parse(updatedAt) || 0
}

/**
 * The one job that a platform's content makes: an app with its job template, and with the engines that the template leaves out.
 * @throws {Error} if there is no app, or more than one of what a job has one of
 */
export function partsOf({ apps, engines, templates }: PublishedContent): PublishedParts {
  const [app] = apps
  if (app === undefined) {
    throw new Error('The build published no app to the local platform. Does its config have the plugin, and is what it built an app?')
  }
  only('apps', apps, tagOf)
  const template = only('job templates', templates, ({ id }) => id)
  return {
    ...(template === undefined ? { app: tagOf(app) } : { templateId: template.id }),
    ...engineFor('partitioner', template, engines),
    ...engineFor('assembler', template, engines),
  }
}

function engineFor(type: 'partitioner' | 'assembler', template: JobTemplate | undefined, engines: readonly EngineRecord[]): PublishedParts {
  if (template !== undefined && template[type] !== PASSTHROUGH) return {}
  const engine = only(
    `${type}s`,
    engines.filter((candidate) => candidate.type === type),
    tagOf,
  )
  return engine === undefined ? {} : { [type]: tagOf(engine) }
}

function only<Item>(what: string, items: readonly Item[], show: (item: Item) => string): Item | undefined {
  if (items.length <= 1) return items[0]
  throw new Error(
    `The build published ${items.length} ${what} (${items.map(show).join(', ')}), but "dev" runs only one job. Use "bytenite-local serve" and "bytenite-local run" instead.`,
  )
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}
