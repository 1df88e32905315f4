import { isByteNiteError } from '../../errors.js'
import { errorText } from '../../report/error-text.js'

/** Errors of the library that name an option as a config has it. */
const ABOUT_FIELDS: ReadonlySet<string> = new Set(['INVALID_MANIFEST', 'NO_ENTRYPOINT'])

const FIELDS_HERE = 'Here, fields are options such as --manifest.name my-app, or come from manifest.json beside the code.'

/** An error for the command line, on which options are written otherwise than in a config. */
export function describeError(error: Error): string {
  const isAboutFields = isByteNiteError(error) && ABOUT_FIELDS.has(error.code)
  return errorText(error, isAboutFields ? FIELDS_HERE : undefined)
}
