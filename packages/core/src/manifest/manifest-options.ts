/** The manifest's fields. Omitted ones are read from `manifest.json` and `package.json`, or get a default. */
export interface ManifestOptions {
  /** The app's identifier: letters, digits, `-` and `_`, at most 64. @default `name` in `package.json`, without its scope */
  name?: string | undefined
  /** Its version, as `MAJOR.MINOR`. @default `version` in `package.json`, cut to its first two numbers */
  version?: string | undefined
  /** What it does, for people. @default `description` in `package.json` */
  description?: string | undefined
  /** What it is: an app, or one of the two kinds of engine, `'partitioner'` and `'assembler'`. @default 'app' */
  type?: 'app' | 'partitioner' | 'assembler' | undefined
  /** What it runs on; there is only one. @default 'docker' */
  platform?: 'docker' | undefined
  /** The file that starts a task, relative to the output directory. @default the bundle's only entry file */
  entrypoint?: string | undefined
  /** The container that a task runs in. @default see its fields */
  platformConfig?:
    | {
        /** The image to run it in. @default `node:22-slim` for JavaScript, `python:3.12-slim` for Python */
        container?: string | undefined
        /** Whether the image requires a login. If so, set `username` and `token`. @default false */
        privateImage?: boolean | undefined
        /**
         * User of the private registry.
         * @env BYTENITE_REGISTRY_USERNAME
         * @default none
         */
        username?: string | undefined
        /**
         * Access token for the private registry: a secret, so read it from the environment.
         * @env BYTENITE_REGISTRY_TOKEN
         * @default none
         */
        token?: string | undefined
        /** Names of secrets stored on the platform, to be set as environment variables. @default none */
        secrets?: readonly string[] | undefined
      }
    | undefined
  /** What a machine must have. @default see its fields */
  deviceRequirements?:
    | {
        /** The number of vCPUs that a task needs. @default 2 */
        minCpu?: number | undefined
        /** The memory that a task needs, in GB. @default 2 */
        minMemory?: number | undefined
        /** GPU models by their official names, in order of preference. @default none */
        gpu?: readonly string[] | undefined
      }
    | undefined
}

/**
 * Returns the manifest unchanged. Gives editors its types if the manifest has its own file.
 * @example export const manifest = defineManifest({ platformConfig: { container: 'node:22-slim' } })
 */
export function defineManifest(manifest: ManifestOptions): ManifestOptions {
  return manifest
}
