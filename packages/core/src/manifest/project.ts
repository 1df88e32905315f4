import { createTemplate, type PlannedTemplate, type TemplateInput } from './job-template.js'
import { createManifest, type Manifest, type ManifestInput } from './manifest.js'
import { createSchema, type SchemaInput } from './parameter-schema.js'
import type { JsonSchema } from '../wire.js'

/** The options of the manifest, job template and parameter schema. */
export interface ProjectInput extends ManifestInput, TemplateInput, SchemaInput {}

/** Everything to publish except the files. */
export interface Project {
  manifest: Manifest
  /** The job template for the archive. */
  template: PlannedTemplate | undefined
  /** JSON Schema of the app's parameters. */
  schema: JsonSchema | undefined
}

/**
 * Reads the project's manifest, job template and parameter schema.
 * @throws {ByteNiteError} `INVALID_MANIFEST`, `NO_ENTRYPOINT`, `INVALID_OPTION`
 */
export async function readProject(input: ProjectInput): Promise<Project> {
  const manifest = await createManifest(input)
  return { manifest, template: await createTemplate(input, manifest), schema: await createSchema(input) }
}
