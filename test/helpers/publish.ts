import { publish, type PublishOptions, type PublishResult } from 'bytenite-uploader'
import { writeFiles, type Files } from './project.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Of the app in {@link outputProject}. */
export const manifest = { name: 'app', version: '1.0', entrypoint: 'main.js', platformConfig: { container: 'node:22-slim' } }

/** A project with nothing but an output, which has these files. */
export async function outputProject(files: Files): Promise<string> {
  const root = await temporaryDirectory()
  await writeFiles(root, Object.fromEntries(Object.entries(files).map(([path, content]) => [`dist/${path}`, content])))
  return root
}

/** Publishes the output of a project by the API, with {@link manifest} and what `options` change of it. Nothing is tried twice. */
export function publishProject(
  root: string,
  { env = {} }: Pick<PublishOptions, 'env'>,
  options: Partial<PublishOptions> = {},
): Promise<PublishResult> {
  return publish({ directory: 'dist', root, env, retries: 0, ...options, manifest: { ...manifest, ...options.manifest } })
}
