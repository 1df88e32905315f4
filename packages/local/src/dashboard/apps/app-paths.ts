import type { PublishedKind } from '../../store/published-record.js'

export function appPath(kind: PublishedKind, tag: string): string {
  return `/${kind}/${encodeURIComponent(tag)}`
}

export function revisionPath(kind: PublishedKind, tag: string, revision: number | string): string {
  return `${appPath(kind, tag)}/revisions/${revision}`
}

export function archivedFilePath(kind: PublishedKind, tag: string, revision: number | string, path: string): string {
  return `${revisionPath(kind, tag, revision)}/files/${path.split('/').map(encodeURIComponent).join('/')}`
}
