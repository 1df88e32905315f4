/** The manifest's fields. Omitted ones are read from `manifest.json` and `package.json`, or get a default. */
export interface ManifestOptions {
  /** The app's identifier: letters, digits, `-` and `_`, at most 64. @default package.json's name, without its scope */
  name?: string | undefined
  /** `MAJOR.MINOR`. @default package.json's version, shortened to its first two numbers */
  version?: string | undefined
  /** @default package.json's description */
  description?: string | undefined
  /** Whether the archive is an app or one of the two kinds of engine. @default 'app' */
  type?: 'app' | 'partitioner' | 'assembler' | undefined
  /** @default 'docker', the only one supported */
  platform?: 'docker' | undefined
  /** The file that starts a task, relative to the output directory. @default the bundle's only entry file */
  entrypoint?: string | undefined
  platformConfig?:
    | {
        /** Image reference. @default 'node:22-slim' for JavaScript, 'python:3.12-slim' for Python */
        container?: string | undefined
        /** Whether the image requires a login. If so, set `username` and `token`. @default false */
        privateImage?: boolean | undefined
        /** User of the private registry. @default BYTENITE_REGISTRY_USERNAME */
        username?: string | undefined
        /** Access token for the private registry: a secret, so read it from the environment. @default BYTENITE_REGISTRY_TOKEN */
        token?: string | undefined
        /** Names of secrets stored on the platform, to be set as environment variables. */
        secrets?: readonly string[] | undefined
      }
    | undefined
  deviceRequirements?:
    | {
        /** vCPUs. @default 2 */
        minCpu?: number | undefined
        /** GB. @default 2 */
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
