/** Keys, without what their spellings differ in, that only the platform's manifest has. */
const OWN_KEYS = new Set(['platform', 'platformconfig', 'devicerequirements', 'entrypoint'])
/** Keys of manifests of other kinds: web apps, browser extensions, bundlers. */
const OTHER_KEYS = new Set([
  'manifestversion',
  'starturl',
  'icons',
  'shortname',
  'display',
  'scope',
  'serviceworker',
  'permissions',
  'contentscripts',
])

/** Whether the content of a `manifest.json` is that of the platform for certain. */
export function isPlatformManifest(manifest: object): boolean {
  const keys = Object.keys(manifest).map(plainKey)
  if (keys.some((key) => OWN_KEYS.has(key))) return true
  return keys.includes('name') && keys.includes('version') && !isForeignManifest(manifest)
}

/** Whether it is that of a web app, a browser extension, or a bundler. */
export function isForeignManifest(manifest: object): boolean {
  const keys = Object.keys(manifest).map(plainKey)
  return keys.some((key) => OTHER_KEYS.has(key)) && !keys.some((key) => OWN_KEYS.has(key))
}

/** A key without what its spellings differ in. */
export function plainKey(key: string): string {
  return key.replace(/[_-]/g, '').toLowerCase()
}
