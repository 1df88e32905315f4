import { bytenite } from 'rollup-plugin-bytenite'

export default {
  input: 'src/main.js',
  output: { file: 'dist/main.mjs', format: 'es' },
  external: /^node:/,
  plugins: [bytenite({ manifest: { platformConfig: { container: 'node:22-slim' } } })],
}
