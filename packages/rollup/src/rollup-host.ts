import type { Host } from './lifecycle/host.js'

/** Rollup's log levels, from the most important to the least. */
const LEVELS = ['silent', 'error', 'warn', 'info', 'debug']

/** Rollup's and Rolldown's own command line. */
export function rollupHost(name: string): Host {
  let leastShown = LEVELS.indexOf('info')
  /**
   * Not `this.info` and `this.warn`: they go through the user's log handlers, and one that throws would hide the
   * build's own error. Besides, Rollup's command line never prints a `this.warn` of closeBundle.
   */
  const print = (level: string, message: string): void => {
    if (LEVELS.indexOf(level) <= leastShown) console.error(`[plugin ${name}] ${message}`)
  }
  return {
    onOptions({ logLevel }) {
      if (typeof logLevel === 'string') leastShown = LEVELS.indexOf(logLevel)
    },
    environment: ({ meta }) => ({
      root: process.cwd(),
      env: process.env,
      isQuiet: leastShown < LEVELS.indexOf('info'),
      // Rollup names the plugin itself.
      errorPrefix: meta.rolldownVersion === undefined ? '' : `[${name}] `,
      logger: {
        info: (message) => print('info', message),
        warn: (message) => print('warn', message),
        error: (message) => print('error', message),
      },
    }),
  }
}
