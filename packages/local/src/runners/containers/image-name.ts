/** Where images are whose names do not say it, and the name by which docker knows a login there. */
const DEFAULT_REGISTRY = 'docker.io'
const DEFAULT_LOGIN = 'https://index.docker.io/v1/'

/**
 * The full name of an image: docker takes `node:22` for `docker.io/library/node:22`, and podman asks which one is meant, or
 * refuses it.
 */
export function qualifyImage(image: string): string {
  if (hasRegistry(image)) return image
  return `${DEFAULT_REGISTRY}/${image.includes('/') ? image : `library/${image}`}`
}

/** The names under which engines look for the login for an image. */
function loginNames(image: string): string[] {
  const [registry = ''] = qualifyImage(image).split('/')
  return registry === DEFAULT_REGISTRY ? [registry, DEFAULT_LOGIN] : [registry]
}

/** Content of a file with the login for an image, as engines read it. It is a secret. */
export function loginFile(image: string, { username, token }: { username: string; token: string }): string {
  const auth = Buffer.from(`${username}:${token}`).toString('base64')
  return JSON.stringify({ auths: Object.fromEntries(loginNames(image).map((registry) => [registry, { auth }])) })
}

/** Whether the first part of a name is a host. */
function hasRegistry(image: string): boolean {
  const slash = image.indexOf('/')
  const first = image.slice(0, Math.max(0, slash))
  return first === 'localhost' || /[.:]/.test(first)
}
