import type { LibraryOptions } from './library-option.js'

const PUBLISHING = 'Publishing'

/** The options of `publish()` that a command line can have, besides those of `pack()` and of the platform. */
export const PUBLISH_OPTIONS: LibraryOptions = {
  publish: {
    group: PUBLISHING,
    value: '<when>',
    description: 'auto: only with credentials, and not for a pull request; or true, false (default: BYTENITE_PUBLISH, or true)',
  },
  activate: { group: PUBLISHING, negatable: true, description: 'Activate it, so that jobs can use it, and wait until it is' },
  overwrite: { group: PUBLISHING, negatable: true, description: '--no-overwrite refuses to replace another archive of this version' },
  skipUnchanged: { group: PUBLISHING, negatable: true, description: '--no-skipUnchanged sends what the platform has already' },
  diff: { group: PUBLISHING, negatable: true, description: 'Say what changes, if it replaces something' },
  record: {
    group: PUBLISHING,
    value: '<file>',
    negatable: true,
    description: "File for the platform's record (default: bytenite.app.json in the directory)",
  },
  archiveFile: { group: PUBLISHING, value: '<file>', description: 'Also write the archive to this file' },
  smoke: { group: PUBLISHING, negatable: true, description: 'Run it once with bytenite-local first, and send it only if that succeeds' },
  'smoke.input': { group: PUBLISHING, value: '<file>', description: 'Data of that run' },
  'smoke.params': {
    group: PUBLISHING,
    value: '<json>',
    kind: 'json',
    description: "The app's parameters in that run: JSON, or a .json file",
  },
  'smoke.container': { group: PUBLISHING, negatable: true, description: 'Run it in its container' },
  'smoke.timeout': { group: PUBLISHING, value: '<s>', kind: 'number', description: 'Seconds that it may take (default: 300)' },
}
