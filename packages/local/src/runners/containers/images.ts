import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Engine } from './engine.js'
import { loginFile, qualifyImage } from './image-name.js'
import { RunnerError } from '../runner-error.js'
import type { Batch, Code } from '../runner.js'

/** When images are fetched: those that are not on this machine, none, or all of them, for each part of a job. */
export type PullPolicy = 'missing' | 'never' | 'always'

/** The images of batches. All attempts of a batch run in the same one, whatever its name stands for later. */
export class Images {
  readonly #engine: Engine
  readonly #policy: PullPolicy
  readonly #directory: string
  readonly #found = new Map<string, Promise<string>>()

  /** @param directory for the file with a login, which only this user can read and which is removed again; an absolute path */
  constructor(engine: Engine, policy: PullPolicy, directory: string) {
    this.#engine = engine
    this.#policy = policy
    this.#directory = directory
  }

  /**
   * @returns the ID of the image
   * @throws {RunnerError} if it cannot be had
   * @throws {EngineError} if the engine does not answer
   */
  find({ id, code }: Batch): Promise<string> {
    const known = this.#found.get(id)
    if (known !== undefined) return known
    const finding = this.#find(code)
    this.#found.set(id, finding)
    // The next attempt tries again.
    finding.catch(() => this.#found.delete(id))
    return finding
  }

  forget(batchId: string): void {
    this.#found.delete(batchId)
  }

  async #find({ image, registryLogin }: Code): Promise<string> {
    const fullName = qualifyImage(image)
    const present = (await this.#present(image)) ?? (await this.#present(fullName))
    if (present !== undefined && this.#policy !== 'always') return present
    if (this.#policy === 'never') {
      throw new RunnerError(
        `The image ${image} is not on this machine, and images are not pulled (--pull never). ` +
          `Pull it by hand (${this.#engine.name} pull ${fullName}), or start the platform with --pull missing.`,
      )
    }
    try {
      await this.#pull(fullName, registryLogin)
      return await this.#idOf(fullName)
    } catch (error) {
      throw new RunnerError(
        `The image ${image} cannot be pulled: ${(error as Error).message}. ` +
          `Check its name, and for a private one "private_image", "username" and "token" in the manifest.`,
        { cause: error },
      )
    }
  }

  async #present(name: string): Promise<string | undefined> {
    try {
      return await this.#idOf(name)
    } catch (error) {
      if (/no such (?:image|object)|image not known/i.test((error as Error).message)) return undefined
      throw error
    }
  }

  #idOf(name: string): Promise<string> {
    return this.#engine.call(['image', 'inspect', '--format', '{{.Id}}', '--', name])
  }

  async #pull(name: string, login: Code['registryLogin']): Promise<void> {
    if (login === undefined) return void (await this.#engine.call(['pull', '--quiet', '--', name]))
    const directory = await mkdtemp(join(this.#directory, 'login-'))
    try {
      const file = join(directory, 'config.json')
      await writeFile(file, loginFile(name, login), { mode: 0o600 })
      await this.#engine.call(['pull', '--quiet', '--', name], { variables: await this.#loginVariables(directory, file) })
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  }

  async #loginVariables(directory: string, file: string): Promise<Record<string, string>> {
    if (this.#engine.name === 'podman') return { REGISTRY_AUTH_FILE: file }
    // With another directory for its configuration, docker would forget which daemon it talks to.
    const host = process.env['DOCKER_HOST'] ?? (await this.#engine.call(['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}']))
    return { DOCKER_CONFIG: directory, DOCKER_HOST: host }
  }
}
