import type { LibraryOptions } from './library-option.js'

const PLATFORM = 'Platform'

/** The options of every command that talks to a platform. */
export const CONNECTION_OPTIONS: LibraryOptions = {
  apiUrl: { group: PLATFORM, value: '<url>', description: 'Its API, with /v1 (default: BYTENITE_API_URL)' },
  apiKey: { group: PLATFORM, value: '<key>', description: 'API key; better in BYTENITE_API_KEY' },
  accessToken: { group: PLATFORM, value: '<token>', description: 'Access token; better in BYTENITE_ACCESS_TOKEN' },
  retries: { group: PLATFORM, value: '<n>', kind: 'number', description: 'Further attempts of a request (default: 3)' },
  'timeout.idle': { group: PLATFORM, value: '<ms>', kind: 'number', description: 'Longest time without progress (default: 30000)' },
  'timeout.response': { group: PLATFORM, value: '<ms>', kind: 'number', description: 'Longest wait for a response (default: 60000)' },
  'timeout.total': { group: PLATFORM, value: '<ms>', kind: 'number', description: 'Longest wait in one call (default: 150000)' },
}

/** The options of the library that these set. */
export const CONNECTION_NAMES: ReadonlySet<string> = new Set(Object.keys(CONNECTION_OPTIONS).map((name) => name.split('.')[0] ?? name))
