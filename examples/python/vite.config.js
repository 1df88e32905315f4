import { defineConfig } from 'vite'
import { bytenite } from 'vite-plugin-bytenite'

export default defineConfig(({ mode }) => ({
  plugins: [
    bytenite({
      entry: 'src/main.py',
      manifest: { platformConfig: { container: 'python:3.12-slim' } },
      // `push` fails without credentials; `build` publishes if there are any.
      publish: mode === 'push' || undefined,
    }),
  ],
}))
