import { inspect } from 'node:util'
import { isByteNiteError } from 'bytenite-uploader'
import { errorText } from 'bytenite-uploader/internal'
import { plainText } from 'bytenite-uploader/internal/plain-text'

/** Properties that bundlers set on an error of a plugin. Vite 8 prints those that are enumerable below the message. */
const DECORATIONS = ['code', 'pluginCode', 'plugin', 'hook', 'id', 'docs', 'hint', 'status', 'requestId']

/**
 * Makes an error read well wherever a bundler prints it. Bundlers print the message and the stack, some without the
 * plugin's name or the error's code, so both go into the message. Stack frames inside this plugin help nobody.
 */
export function presentable(error: Error, prefix: string): Error {
  const { message, stack = '' } = error
  error.message = prefix + errorText(error)
  // The line break lets Rollup recognise the message, which it prints above the stack.
  error.stack = isByteNiteError(error) ? `${error.name}: ${error.message}\n` : stack.replace(message, plainText)
  for (const key of DECORATIONS) hide(error, key, (error as unknown as Record<string, unknown>)[key])
  // Vite 8 prints an error as Node inspects it, which puts one without stack frames in brackets.
  hide(error, inspect.custom, () => error.stack?.trimEnd())
  return error
}

function hide(error: Error, key: string | symbol, value: unknown): void {
  Object.defineProperty(error, key, { value, enumerable: false, writable: true, configurable: true })
}
