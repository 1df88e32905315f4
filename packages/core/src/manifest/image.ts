/** The image for a Node app that says nothing else. */
const DEFAULT_NODE_IMAGE = 'node:22-slim'
const DEFAULT_PYTHON_IMAGE = 'python:3.12-slim'

/** The image for an entrypoint whose language shows in its extension; JavaScript while there is none. */
export function defaultContainer(entrypoint: unknown = 'main.js'): string | undefined {
  if (typeof entrypoint !== 'string') return undefined
  if (/\.[cm]?js$/.test(entrypoint)) return DEFAULT_NODE_IMAGE
  if (entrypoint.endsWith('.py')) return DEFAULT_PYTHON_IMAGE
  return undefined
}

/** A version of Node; what an image's tag leaves open is the newest there is. */
export interface NodeVersion {
  major: number
  minor: number
}

/** What the reference of an official image of Node says. */
export interface NodeImage {
  node: NodeVersion
  /** The C library of its system, for which native addons are made. */
  libc: 'glibc' | 'musl'
}

/** Docker Hub's `node`, or a mirror of it under the same name. */
const NODE_IMAGE = /^(?:[^/]+\/)?(?:docker\/)?(?:library\/)?node:(\d+)(?:\.(\d+))?[\w.-]*(?:@.*)?$/

/** @returns `undefined` for any other image, and where the tag names no version: nothing is known of their Node */
export function parseNodeImage(container: string): NodeImage | undefined {
  const [, major, minor = Infinity] = NODE_IMAGE.exec(container) ?? []
  if (major === undefined) return undefined
  return {
    node: { major: Number(major), minor: Number(minor) },
    libc: container.includes('alpine') ? 'musl' : 'glibc',
  }
}

/** Whether the reference may mean another image tomorrow than today. */
export function isFloating(container: string): boolean {
  // Of a digest it is the digest.
  const tag = /:([\w][\w.-]*)$/.exec(container)?.[1]
  return tag === undefined || tag === 'latest'
}

/** Whether a Node is at least as new as the first of its line, or of a later one, that has something. */
export function hasSince(node: NodeVersion, firsts: readonly NodeVersion[]): boolean {
  const own = firsts.find(({ major }) => major === node.major)
  if (own !== undefined) return node.minor >= own.minor
  return node.major > Math.max(...firsts.map(({ major }) => major))
}
