import type { Host } from './types.js'

/** Rollup's and Rolldown's own command line. */
export function rollupHost(name: string): Host {
  let isSilent = false
  return {
    onOptions(options) {
      isSilent = options.logLevel === 'silent'
    },
    environment(context) {
      return {
        root: process.cwd(),
        env: process.env,
        logger: {
          info(message) {
            // Rollup has no this.info before 3.25.
            if (context.info) context.info(message)
            else if (!isSilent) console.error(`[plugin ${name}] ${message}`)
          },
          warn(message) {
            // Rollup's command line never prints what this.warn says in closeBundle.
            if (!isSilent) console.warn(`[plugin ${name}] ${message}`)
          },
        },
      }
    },
  }
}
