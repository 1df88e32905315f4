import { defineConfig, type EnvironmentOptions } from 'vite'
import { bytenite } from 'vite-plugin-bytenite'
import project from './package.json' with { type: 'json' }

const { name } = project
const parts = ['partitioner', 'assembler', 'app']

/** Bundles `src/PART.ts`, and everything it imports, into `dist/PART/main.js` for the container's Node. */
const worker = (part: string): EnvironmentOptions => ({
  consumer: 'server',
  resolve: { noExternal: true },
  build: { outDir: `dist/${part}`, target: 'node22', rolldownOptions: { input: { main: `src/${part}.ts` } } },
})

export default defineConfig(({ mode }) => {
  const platformConfig = { container: 'node:22-slim' }
  // `push` fails without credentials; `build` publishes if there are any.
  const publish = mode === 'push' || undefined
  return {
    environments: Object.fromEntries(parts.map((part) => [part, worker(part)])),
    builder: {
      async buildApp({ build, environments }) {
        for (const part of parts) await build(environments[part]!)
      },
    },
    plugins: [
      bytenite({
        environments: ['partitioner'],
        manifest: { name: `${name}-partitioner`, type: 'partitioner', description: 'Cuts a text at line ends', platformConfig },
        publish,
      }),
      bytenite({
        environments: ['assembler'],
        manifest: { name: `${name}-assembler`, type: 'assembler', description: 'Adds up counts of words', platformConfig },
        publish,
      }),
      // The app comes last, because its job template needs the other two.
      bytenite({
        environments: ['app'],
        manifest: { platformConfig },
        template: {
          partitioner: `${name}-partitioner`,
          assembler: `${name}-assembler`,
          // Bytes: so few that the sample becomes several tasks.
          params: { partitioner: { chunkSize: 250 } },
        },
        publish,
      }),
    ],
  }
})
