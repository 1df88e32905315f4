/**
 * Loads undici when something is sent, so that packing alone never pays for it. By the path of its file, because Bun puts
 * a module of its own in the place of `undici`, which has neither dispatchers nor timeouts.
 */
export function loadUndici(): Promise<typeof import('undici')> {
  return import('undici/index.js')
}
