import { CHECK_CODES } from '../../checks/codes.js'
import type { LibraryOptions } from './library-option.js'

const MANIFEST = 'Manifest'
const FILES = 'Files'
const CHECKS = 'Checks'

/** The options of `pack()` that a command line can have, by their names there. */
export const PACK_OPTIONS: LibraryOptions = {
  'manifest.name': { group: MANIFEST, value: '<name>', description: "The app's name (default: manifest.json's, or package.json's)" },
  'manifest.version': { group: MANIFEST, value: '<n.n>', description: 'MAJOR.MINOR (default: as the name)' },
  'manifest.description': { group: MANIFEST, value: '<text>', description: 'What it does' },
  'manifest.type': { group: MANIFEST, value: '<type>', description: 'app, partitioner or assembler (default: app)' },
  'manifest.platform': { group: MANIFEST, value: '<name>', description: 'docker, the only one supported' },
  'manifest.entrypoint': { group: MANIFEST, value: '<file>', description: 'The file that starts a task, relative to the directory' },
  'manifest.platformConfig.container': { group: MANIFEST, value: '<image>', description: 'Image that it runs in' },
  'manifest.platformConfig.privateImage': { group: MANIFEST, negatable: true, description: 'The image needs a login' },
  'manifest.platformConfig.username': {
    group: MANIFEST,
    value: '<user>',
    description: 'User of the registry (default: BYTENITE_REGISTRY_USERNAME)',
  },
  'manifest.platformConfig.token': { group: MANIFEST, value: '<token>', description: 'Its token; better in BYTENITE_REGISTRY_TOKEN' },
  'manifest.platformConfig.secrets': {
    group: MANIFEST,
    value: '<name>',
    multiple: true,
    description: 'Secret of the platform to set; may be repeated',
  },
  'manifest.deviceRequirements.minCpu': { group: MANIFEST, value: '<n>', kind: 'number', description: 'vCPUs (default: 2)' },
  'manifest.deviceRequirements.minMemory': { group: MANIFEST, value: '<GB>', kind: 'number', description: 'Memory (default: 2)' },
  'manifest.deviceRequirements.gpu': {
    group: MANIFEST,
    value: '<model>',
    multiple: true,
    description: 'GPU, by preference; may be repeated',
  },
  template: { group: MANIFEST, value: '<file>', negatable: true, description: 'JSON file with the job template (default: template.json)' },
  schema: { group: MANIFEST, value: '<file>', description: "JSON Schema of the app's parameters (default: schema.json)" },
  include: { group: FILES, value: '<glob>', multiple: true, description: 'Files to pack; may be repeated (default: **)' },
  exclude: { group: FILES, value: '<glob>', multiple: true, description: 'Files to leave out; may be repeated' },
  allowSecrets: { group: FILES, value: '<glob>', multiple: true, description: 'Files to pack though they look like secrets' },
  maxBytes: { group: FILES, value: '<n>', kind: 'number', description: 'Largest total size (default: 4000000000)' },
  maxFiles: { group: FILES, value: '<n>', kind: 'number', description: 'Most files (default: 100000)' },
  root: { group: FILES, value: '<dir>', description: 'What paths are relative to (default: the current directory)' },
  projectRoot: {
    group: FILES,
    value: '<dir>',
    description: 'Directory of package.json, manifest.json, template.json and schema.json (default: found)',
  },
  checks: { group: CHECKS, kind: 'off', negatable: true, description: '--no-checks turns all checks off' },
  ...Object.fromEntries(
    CHECK_CODES.map((code) => [`checks.${code}`, { group: CHECKS, value: '<level>', description: 'error, warn or off' } as const]),
  ),
}
