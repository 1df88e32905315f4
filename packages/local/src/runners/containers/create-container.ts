import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createArguments, innerVariables, type ContainerDescription } from './container-arguments.js'
import { passVariables } from './container-variables.js'
import type { Engine } from './engine.js'
import { EngineError } from './engine-error.js'

/** Creates a container, which does not run yet. @param marker variables of the engine's command @throws {EngineError} @throws {RunnerError} */
export async function createContainer(
  engine: Engine,
  container: ContainerDescription,
  marker: Readonly<Record<string, string>>,
): Promise<void> {
  const { workspace, name } = container
  const { file, byName } = passVariables(innerVariables(workspace))
  const environmentFile = join(workspace.directory, 'environment')
  const create = (): Promise<string> => {
    const parameters = createArguments(engine, container, { file: environmentFile, names: Object.keys(byName) })
    return engine.call(parameters, { variables: { ...byName, ...marker } })
  }
  try {
    await writeFile(environmentFile, file, { mode: 0o600 })
    await create().catch(async (error: EngineError) => {
      if (/\balready in use\b/.test(error.message)) await engine.remove(name)
      else if (!lacksInit(engine, error.message)) throw error
      return create()
    })
  } finally {
    await rm(environmentFile, { force: true })
  }
}

/** Whether a container could not be started for lack of the program that passes signals on. Others are created without it. */
export function lacksInit(engine: Engine, failure: string): boolean {
  if (!engine.hasInit || !/\b(?:container|docker)-init\b.*\bnot found\b/.test(failure)) return false
  engine.hasInit = false
  return true
}
