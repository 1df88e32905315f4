import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ByteNiteError } from '../../errors.js'
import { isObject, readJsonFile } from '../../manifest/json-file.js'

/**
 * Reads options from a JSON file, or from the default export of a JavaScript module.
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export async function readConfigFile(file: string): Promise<Record<string, unknown>> {
  const path = resolve(file)
  const config = extname(path) === '.json' ? await readJsonFile(path, 'INVALID_OPTION') : await importConfig(path)
  if (config === undefined) throw new ByteNiteError('INVALID_OPTION', `There is no config file ${path}.`, { hint: 'Check --config.' })
  if (isObject(config)) return config
  throw new ByteNiteError('INVALID_OPTION', `The config file ${path} has no options.`, {
    hint: 'Export them as an object: export default { manifest: { name: "app" } }',
  })
}

async function importConfig(path: string): Promise<unknown> {
  try {
    return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default ?? null
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_MODULE_NOT_FOUND' && message.includes(path)) return undefined
    throw new ByteNiteError('INVALID_OPTION', `The config file ${path} cannot be loaded: ${message}`, { cause: error })
  }
}
