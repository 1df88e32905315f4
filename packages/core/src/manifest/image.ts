/** The image for JavaScript entrypoints. */
const DEFAULT_NODE_IMAGE = 'node:22-slim'
const DEFAULT_PYTHON_IMAGE = 'python:3.12-slim'

/** The default image for an entrypoint's file extension, JavaScript if there is no entrypoint yet. */
export function defaultContainer(entrypoint: unknown = 'main.js'): string | undefined {
  if (typeof entrypoint !== 'string') return undefined
  if (/\.[cm]?js$/.test(entrypoint)) return DEFAULT_NODE_IMAGE
  if (entrypoint.endsWith('.py')) return DEFAULT_PYTHON_IMAGE
  return undefined
}

/** A version of Node. A minor that an image's tag leaves open counts as infinite. */
export interface NodeVersion {
  major: number
  minor: number
}

/** The properties of an official Node image, from its reference. */
export interface NodeImage {
  node: NodeVersion
  /** The C library that native addons must be built for. */
  libc: 'glibc' | 'musl'
}

/** Docker Hub's `node`, or a mirror with the same name. */
const NODE_IMAGE = /^(?:[^/]+\/)?(?:docker\/)?(?:library\/)?node:(\d+)(?:\.(\d+))?[\w.-]*(?:@.*)?$/

/** @returns `undefined` for any other image, and for tags without a version, because their Node is unknown */
export function parseNodeImage(container: string): NodeImage | undefined {
  const [, major, minor = Infinity] = NODE_IMAGE.exec(container) ?? []
  if (major === undefined) return undefined
  return {
    node: { major: Number(major), minor: Number(minor) },
    libc: container.includes('alpine') ? 'musl' : 'glibc',
  }
}

/** Whether the reference may point to a different image tomorrow. */
export function isFloating(container: string): boolean {
  // For a reference with a digest, this matches the digest.
  const tag = /:([\w][\w.-]*)$/.exec(container)?.[1]
  return tag === undefined || tag === 'latest'
}

/** Whether a Node has a feature, given the first version of each release line that has it. Later lines have it, too. */
export function hasSince(node: NodeVersion, firsts: readonly NodeVersion[]): boolean {
  const own = firsts.find(({ major }) => major === node.major)
  if (own !== undefined) return node.minor >= own.minor
  return node.major > Math.max(...firsts.map(({ major }) => major))
}
