import { ByteNiteError } from '../errors.js'

/**
 * What a program that starts a build demands of everything in it that publishes, whatever the options and other variables say.
 * It is read from the environment of the process alone, and not from an option `env`, so that no `.env` file that Vite reads can set it.
 * Code of the build that changes its own environment can take it away: then, what keeps it from publishing is that it has no credentials.
 */
export type Override = Demand & {
  /** The program, for messages. */
  by: string
}

type Demand =
  /** Nothing may be changed on any platform. */
  | {
      publish: false
      /** Absolute path of a directory: what is packed goes there as a tar, too. @default nowhere */
      archives?: string
    }
  /** Everything is published, rebuilds too, and to no other platform than this. */
  | {
      publish: true
      apiUrl: string
      apiKey: string
      /** Whether an app may be published before the engines that its job template names. @default false */
      anyOrder?: boolean
    }

const VARIABLE = 'BYTENITE_OVERRIDE'

/** The variable for the environment of a build. It may have an API key in it, so it is a secret. */
export function overrideVariable(override: Override): Readonly<Record<string, string>> {
  return { [VARIABLE]: JSON.stringify(override) }
}

/** @throws {ByteNiteError} `INVALID_OPTION`: to ignore it could publish to the wrong platform */
export function readOverride(): Override | undefined {
  const text = process.env[VARIABLE]
  if (text === undefined || text === '') return undefined
  try {
    const override = JSON.parse(text) as Override
    if (isOverride(override)) return override
  } catch {
    // Its text stays out of the error, because it may have a key in it.
  }
  throw new ByteNiteError('INVALID_OPTION', `${VARIABLE} cannot be read. Only other programs set it.`, {
    hint: 'Unset it.',
  })
}

function isOverride(value: unknown): value is Override {
  const { by, publish, apiUrl, apiKey } = { ...(value as Record<string, unknown> | null) }
  return typeof by === 'string' && (publish === false || (publish === true && typeof apiUrl === 'string' && typeof apiKey === 'string'))
}

/** Whether this is a trial, which is over soon: the record of the real platform's app stays as it is. @throws {ByteNiteError} `INVALID_OPTION` */
export function isTrial(): boolean {
  return readOverride() !== undefined
}

/**
 * The options of a plugin, of which the override takes the place of some.
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export function overrideSettings<Settings extends { publish?: 'auto' | boolean | undefined; watch?: boolean | undefined }>(
  settings: Settings,
): Settings {
  const override = readOverride()
  return override === undefined ? settings : { ...settings, publish: override.publish, watch: override.publish }
}
