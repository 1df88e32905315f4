import type { Client } from 'bytenite-uploader'
import type { EngineRecord, JobTemplate } from 'bytenite-uploader/wire'
import type { JobRequest } from 'bytenite-uploader/wire-jobs'

/** What a job runs. */
export type PublishedParts = Pick<JobRequest, 'templateId' | 'app' | 'partitioner' | 'assembler'>

const PASSTHROUGH = 'passthrough'

/**
 * The one job that a platform's content makes: an app with its job template, and with the engines that the template leaves out.
 * @throws {Error} if there is no app, or more than one of what a job has one of
 */
export async function findPublished(client: Client): Promise<PublishedParts> {
  const apps = (await all(client.apps.list())).map(tagOf)
  const [app] = apps
  if (app === undefined) {
    throw new Error('The build published no app to the local platform. Does its config have the plugin, and is what it built an app?')
  }
  only('apps', apps)
  const template = only('job templates', await all(client.templates.list()), ({ id }) => id)
  const engines = await all(client.engines.list())
  return {
    ...(template === undefined ? { app } : { templateId: template.id }),
    ...engineFor('partitioner', template, engines),
    ...engineFor('assembler', template, engines),
  }
}

function engineFor(type: 'partitioner' | 'assembler', template: JobTemplate | undefined, engines: readonly EngineRecord[]): PublishedParts {
  if (template !== undefined && template[type] !== PASSTHROUGH) return {}
  const tag = only(`${type}s`, engines.filter((engine) => engine.type === type).map(tagOf))
  return tag === undefined ? {} : { [type]: tag }
}

function only<Item>(what: string, items: readonly Item[], show: (item: Item) => string = String): Item | undefined {
  if (items.length <= 1) return items[0]
  throw new Error(
    `The build published ${items.length} ${what} (${items.map(show).join(', ')}), but "dev" runs only one job. Use "bytenite-local serve" and "bytenite-local run" instead.`,
  )
}

function tagOf({ name, version }: { name?: string; version?: string }): string {
  return `${name}@${version}`
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}
