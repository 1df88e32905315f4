import { join } from 'node:path'
import { repository } from './project.ts'

/** The scaffolder's command. */
export const createBin: string = join(repository, 'packages/create/bin/create-bytenite-app.js')

// Programs of a project's node_modules, for `node` in the project.

/** Builds by the project's config. */
export const rollup = ['node_modules/rollup/dist/bin/rollup', '-c']

export const vite = 'node_modules/vite/bin/vite.js'

/** Checks the types by the project's config. */
export const tsc = ['node_modules/typescript/bin/tsc']
