import { dirname, resolve } from 'node:path'
import type { OutputBundle, OutputOptions } from 'rollup-plugin-bytenite/lifecycle'

/**
 * Reads the modules that an output consists of as soon as they are written, while Vite's other threads compress them to report
 * their sizes.
 */
export function lookAhead({ dir, file }: OutputOptions, bundle: OutputBundle, root: string): void {
  const modules = Object.values(bundle).filter(({ type, fileName }) => type === 'chunk' && /\.[cm]?js$/.test(fileName))
  setImmediate(async () => {
    // Loaded by builds only, not by every config.
    const { readAhead } = await import('bytenite-uploader/internal/read-ahead')
    for (const { fileName } of modules) readAhead(resolve(root, dir ?? dirname(file ?? ''), fileName))
  })
}
