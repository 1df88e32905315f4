import type { JSX } from 'hono/jsx/jsx-runtime'
import { tagOf, type PublishedKind, type PublishedRecord } from '../../store/published-record.js'
import { Badge } from '../page/badge.js'
import { Page } from '../page/frame.js'
import { countText, Empty, Size, Time } from '../page/parts.js'
import { Table } from '../page/table.js'
import { Twin } from '../page/twin.js'
import { appPath } from './app-paths.js'

export interface ListedApp {
  record: PublishedRecord
  /** Bytes of its archive; `undefined` if that is not there any more. */
  size: number | undefined
  /** When its archive came, the last time. An RFC 3339 time. */
  publishedAt: string | undefined
}

export function AppListPage({
  kind,
  apps,
  formToken,
}: {
  kind: PublishedKind
  apps: readonly ListedApp[]
  formToken: string
}): JSX.Element {
  const title = kind === 'apps' ? 'Apps' : 'Engines'
  return (
    <Page title={title} section={`/${kind}`} formToken={formToken} about="apps">
      <h1>{title}</h1>
      <div id="apps" data-live>
        {apps.length === 0 ? <Nothing kind={kind} /> : <AppTable kind={kind} apps={apps} title={title} />}
        <p class="total">{countText(apps.length, kind.slice(0, -1))}</p>
      </div>
      <Twin call={`GET /dev/${kind}`} />
    </Page>
  )
}

function Nothing({ kind }: { kind: PublishedKind }): JSX.Element {
  return kind === 'apps' ? (
    <Empty command="npx vite build">No app is published yet. Build a project with vite-plugin-bytenite or rollup-plugin-bytenite:</Empty>
  ) : (
    <Empty>No engine is published yet. Jobs use the built-in passthrough, unless a manifest has the type partitioner or assembler.</Empty>
  )
}

function AppTable({ kind, apps, title }: { kind: PublishedKind; apps: readonly ListedApp[]; title: string }): JSX.Element {
  return (
    <Table
      label={title}
      head={['Name', 'Version', ...(kind === 'engines' ? ['Type'] : []), 'Revision', 'Status', 'Size', 'SHA-256', 'Published']}
    >
      {apps.map(({ record, size, publishedAt }) => (
        <tr>
          <th scope="row">
            <a href={appPath(kind, tagOf(record))}>{record.name}</a>
            {record.description && <p class="description">{record.description}</p>}
          </th>
          <td>{record.version}</td>
          {kind === 'engines' && <td>{record.type}</td>}
          <td>{record.revision}</td>
          <td>
            <Badge state={record.status} />
          </td>
          <td>{size === undefined ? <span class="none">gone</span> : <Size bytes={size} />}</td>
          <td>
            <code title={hexOf(record)}>{hexOf(record).slice(0, 12)}</code>
          </td>
          <td>
            <Time at={publishedAt} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

/** The hash of an archive as other tools print it. */
export function hexOf({ hash }: Pick<PublishedRecord, 'hash'>): string {
  return Buffer.from(hash, 'base64').toString('hex')
}
