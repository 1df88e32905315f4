import type { JobTemplate } from 'bytenite-uploader/wire'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { ArchivedFile, FileChange } from 'bytenite-uploader/internal/archive-contents'
import { tagOf, type PublishedKind, type PublishedRecord } from '../../store/published-record.js'
import { Badge } from '../page/badge.js'
import { Page } from '../page/frame.js'
import { shownJson } from '../page/shown-json.js'
import { Action, Copyable, Facts, Size, Time } from '../page/parts.js'
import { Table } from '../page/table.js'
import { Later } from '../page/respond.js'
import { Twin } from '../page/twin.js'
import { hexOf, type ListedApp } from './app-list-page.js'
import { appPath, archivedFilePath, revisionPath } from './app-paths.js'

/** The files of an archive, or why they cannot be shown. */
export interface ArchiveList {
  files: readonly ArchivedFile[]
  problem: string | undefined
}

interface AppPageProps {
  kind: PublishedKind
  /** The revision that is shown. */
  record: PublishedRecord
  /** The revision that is live. */
  current: PublishedRecord
  /** All that are kept, newest first. */
  revisions: readonly ListedApp[]
  templates: readonly JobTemplate[]
  formToken: string
}

/** A page but for what is in the archive: see `AppContent`. */
export function AppPage(props: AppPageProps): JSX.Element {
  const { kind, record, current, revisions, templates, formToken } = props
  const tag = tagOf(record)
  const isCurrent = record.revision === current.revision
  return (
    <Page title={tag} section={`/${kind}`} formToken={formToken} about="apps">
      <nav class="crumbs" aria-label="Where this is">
        <a href={`/${kind}`}>{kind === 'apps' ? 'Apps' : 'Engines'}</a>
        {!isCurrent && (
          <>
            {' › '}
            <a href={appPath(kind, tag)}>{tag}</a>
          </>
        )}
      </nav>
      <div id="app-head" data-live>
        <div class="title">
          <h1>{isCurrent ? tag : `${tag}, revision ${record.revision}`}</h1>
          {isCurrent && <Badge state={record.status} />}
        </div>
        {record.description && <p>{record.description}</p>}
        <div class="actions">
          {isCurrent && (
            <Action action={`${appPath(kind, tag)}/${record.status === 'active' ? 'deactivate' : 'activate'}`} formToken={formToken}>
              {record.status === 'active' ? 'Deactivate' : 'Activate'}
            </Action>
          )}
          {kind === 'apps' && isCurrent && (
            <a class="button" href={`/jobs/new?${new URLSearchParams({ app: tag }).toString()}`}>
              New job
            </a>
          )}
          {kind === 'apps' && (
            <a class="button" href={`/jobs?${new URLSearchParams({ app: tag }).toString()}`}>
              Its jobs
            </a>
          )}
          <a class="button" href={`${revisionPath(kind, tag, record.revision)}/archive.tar`} download>
            Download the archive
          </a>
        </div>
        <Facts
          rows={[
            ['Revision', record.revision],
            ['Type', record.type ?? ''],
            ['Entrypoint', record.entrypoint ?? ''],
            ['Container', record.platformConfig?.container ?? ''],
            ['Published', <Time at={revisions.find(({ record: { revision } }) => revision === record.revision)?.publishedAt} />],
          ]}
        />
        <Copyable text={hexOf(record)} label="Copy the SHA-256 of the archive" />
      </div>
      <Later note="Reading the archive …" />
      <section id="revisions" data-live aria-labelledby="revisions-title">
        <h2 id="revisions-title">Revisions</h2>
        <Revisions kind={kind} revisions={revisions} current={current} shown={record} />
      </section>
      {templates.map((template) => (
        <Json title={`Template ${template.id}`} value={template} />
      ))}
      <Twin call={`GET /dev/${kind}/${tag}`} />
      {isCurrent && <Twin call={`POST /dev/${kind}/${tag}/${record.status === 'active' ? 'deactivate' : 'activate'}`} />}
    </Page>
  )
}

interface AppContentProps {
  kind: PublishedKind
  record: PublishedRecord
  archive: ArchiveList
  /** From the revision before; absent for the first that is kept. */
  changes: { from: string; files: readonly FileChange[] } | undefined
  manifest: unknown
  schema: unknown
}

/** What is in an archive. */
export function AppContent({ kind, record, archive: { files, problem }, changes, manifest, schema }: AppContentProps): JSX.Element {
  const tag = tagOf(record)
  return (
    <>
      <section aria-labelledby="files-title">
        <h2 id="files-title">Files</h2>
        {problem !== undefined && <p class="problem">The files cannot be shown: {problem}.</p>}
        <FileTree kind={kind} tag={tag} revision={record.revision} files={files} />
        <p class="total">
          {files.length} files, <Size bytes={files.reduce((sum, { size }) => sum + size, 0)} />
        </p>
        <Json title="Manifest" value={manifest} />
        <Json title="Schema of the parameters" value={schema} />
      </section>
      {changes !== undefined && <Changes kind={kind} tag={tag} record={record} {...changes} />}
    </>
  )
}

/** The folders of an archive, each with the size of what is in it. */
function FileTree(props: {
  kind: PublishedKind
  tag: string
  revision: string
  files: readonly ArchivedFile[]
  prefix?: string
}): JSX.Element {
  const { kind, tag, revision, files, prefix = '' } = props
  const folders = new Map<string, ArchivedFile[]>()
  const here: ArchivedFile[] = []
  for (const file of files) {
    const [name = '', ...rest] = file.path.slice(prefix.length).split('/')
    if (rest.length === 0) here.push(file)
    else if (!folders.get(name)?.push(file)) folders.set(name, [file])
  }
  return (
    <ul class="tree">
      {[...folders].map(([name, inside]) => (
        <li>
          <details open={inside.length <= 50} id={`folder-${prefix}${name}`}>
            <summary>
              {name}/ <Size bytes={inside.reduce((sum, { size }) => sum + size, 0)} />
            </summary>
            <FileTree kind={kind} tag={tag} revision={revision} files={inside} prefix={`${prefix}${name}/`} />
          </details>
        </li>
      ))}
      {here.map(({ path, size, isExecutable }) => (
        <li>
          <a href={archivedFilePath(kind, tag, revision, path)}>{path.slice(prefix.length)}</a> <Size bytes={size} />
          {isExecutable && <small> executable</small>}
        </li>
      ))}
    </ul>
  )
}

function Changes(props: {
  kind: PublishedKind
  tag: string
  record: PublishedRecord
  from: string
  files: readonly FileChange[]
}): JSX.Element {
  const { kind, tag, record, from, files } = props
  return (
    <section aria-labelledby="changes-title">
      <h2 id="changes-title">{`Changes since revision ${from}`}</h2>
      {files.length === 0 ? (
        <p class="none">The files are the same.</p>
      ) : (
        <Table label="Changed files" head={['File', 'Change', 'Before', 'After']}>
          {files.map(({ path, kind: change, before, after }) => (
            <tr>
              <th scope="row">
                <a href={archivedFilePath(kind, tag, change === 'removed' ? from : record.revision, path)}>{path}</a>
              </th>
              <td>{change}</td>
              <td>{before === undefined ? '–' : <Size bytes={before} />}</td>
              <td>{after === undefined ? '–' : <Size bytes={after} />}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  )
}

function Revisions(props: {
  kind: PublishedKind
  revisions: readonly ListedApp[]
  current: PublishedRecord
  shown: PublishedRecord
}): JSX.Element {
  const { kind, revisions, current, shown } = props
  return (
    <ul class="revisions">
      {revisions.map(({ record, publishedAt }) => (
        <li>
          <a
            href={revisionPath(kind, tagOf(record), record.revision)}
            aria-current={record.revision === shown.revision ? 'true' : undefined}
          >{`Revision ${record.revision}`}</a>{' '}
          <Time at={publishedAt} /> <code>{hexOf(record).slice(0, 12)}</code>
          {record.revision === current.revision && <small> current</small>}
        </li>
      ))}
    </ul>
  )
}

function Json({ title, value }: { title: string; value: unknown }): JSX.Element {
  if (value === undefined) return <></>
  return (
    <details class="json" id={`json-${title}`}>
      <summary>{title}</summary>
      <pre tabindex={0} aria-label={title}>
        {shownJson(value)}
      </pre>
    </details>
  )
}
