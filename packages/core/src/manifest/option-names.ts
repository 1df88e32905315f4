import { checkOptionNames, namesOf } from '../utils/option-names.js'
import type { DataSource, JobTemplate } from '../wire.js'
import type { TemplateInput, TemplateOptions } from './job-template.js'
import type { ManifestOptions } from './manifest-options.js'

const MANIFEST_NAMES = namesOf<ManifestOptions>({
  name: true,
  version: true,
  description: true,
  type: true,
  platform: true,
  entrypoint: true,
  platformConfig: true,
  deviceRequirements: true,
})
const PLATFORM_CONFIG_NAMES = namesOf<NonNullable<ManifestOptions['platformConfig']>>({
  container: true,
  privateImage: true,
  username: true,
  token: true,
  secrets: true,
})
const REQUIREMENT_NAMES = namesOf<NonNullable<ManifestOptions['deviceRequirements']>>({ minCpu: true, minMemory: true, gpu: true })

/** @throws {ByteNiteError} `INVALID_OPTION` for an unknown field */
export function checkManifestNames(manifest: ManifestOptions | undefined): void {
  checkOptionNames(manifest, MANIFEST_NAMES, 'manifest')
  checkOptionNames(manifest?.platformConfig, PLATFORM_CONFIG_NAMES, 'manifest.platformConfig')
  checkOptionNames(manifest?.deviceRequirements, REQUIREMENT_NAMES, 'manifest.deviceRequirements')
}

const TEMPLATE_NAMES = namesOf<TemplateOptions>({
  id: true,
  description: true,
  app: true,
  partitioner: true,
  assembler: true,
  dataSource: true,
  dataDestination: true,
  params: true,
  config: true,
})
const PARAMS_NAMES = namesOf<NonNullable<JobTemplate['params']>>({ partitioner: true, app: true, assembler: true })
const CONFIG_NAMES = namesOf<NonNullable<JobTemplate['config']>>({
  taskTimeout: true,
  jobTimeout: true,
  isTestJob: true,
  maxTaskRetries: true,
})
const DATA_NAMES = namesOf<DataSource>({ dataSourceDescriptor: true, params: true })

/**
 * Rejects unknown fields of a template in the options. A template file may have them.
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export function checkTemplateNames(template: TemplateInput['template']): void {
  if (template === false || typeof template === 'string') return
  checkOptionNames(template, TEMPLATE_NAMES, 'template')
  checkOptionNames(template?.params, PARAMS_NAMES, 'template.params')
  checkOptionNames(template?.config, CONFIG_NAMES, 'template.config')
  checkOptionNames(template?.dataSource, DATA_NAMES, 'template.dataSource')
  checkOptionNames(template?.dataDestination, DATA_NAMES, 'template.dataDestination')
}
