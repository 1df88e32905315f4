/** What every contender publishes; the receiver responds with this name and version. */
export const app = { name: 'bench', version: '1.0', entrypoint: 'main.js' }

/** `manifest.json`, for those who have to write it themselves. */
export const manifest = Buffer.from(
  JSON.stringify({
    ...app,
    platform: 'docker',
    platform_config: { container: 'node:22-slim' },
    device_requirements: { min_cpu: 2, min_memory: 2 },
  }),
)

/** The time of `manifest.json`. The libraries would take that of the moment, and so make another tar each time. */
export const mtime = new Date('1980-01-01T00:00:00Z')
