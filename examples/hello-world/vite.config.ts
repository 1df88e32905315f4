import { defineConfig } from 'vite'
import { bytenite } from 'vite-plugin-bytenite'

export default defineConfig({
  plugins: [bytenite({ entry: 'src/main.ts', manifest: { platformConfig: { container: 'node:22-slim' } } })],
})
