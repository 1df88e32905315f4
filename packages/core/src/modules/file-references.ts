import type { AnyNode, ExportNamedDeclaration } from 'acorn'
import { Definitions, type ModuleOf } from './definitions.js'
import { guardedCall, usageOf, type FileUse, type IsOptional, type SeenUse } from './file-uses.js'
import { isOwnPlace, namedPath, ownPath, type NamedPath } from './own-paths.js'

/** A piece of code, by its offsets. */
export interface Span {
  start: number
  end: number
}

/** A path in code that starts from the place of a module and is written out from there on. */
export interface FileReference extends Span {
  /** Relative to the folder of the module that `origin` is in, with `/`. */
  path: string
  /** Offset of the `import.meta` or `__dirname` that the path starts from. */
  origin: number
  /** Whether it starts from a variable that only CommonJS has. */
  isCommonJs: boolean
  /** `new URL('a', base)`, `join(base, 'a')`, `resolve(base, 'a')`, or `base + '/a'`. */
  kind: NamedPath['kind']
  /** The base and what is written out, in the order that `kind` has. */
  parts: Span
  /** What the path starts from; `undefined` if that would be another place, or no place at all, in a bundle. */
  base: Span | undefined
  uses: readonly FileUse[]
}

/** Code without any of these has no references. */
const HINT = /\bimport\.meta\.(?:url|dirname|filename)\b|\b__(?:dirname|filename)\b/

/** Whether {@link FileReferences} may find any. */
export function namesFiles(code: string): boolean {
  return HINT.test(code)
}

type Usage = ReturnType<typeof usageOf>

interface Candidate {
  node: AnyNode
  named: NamedPath
  usage: Usage
}

const UNKNOWN: SeenUse = { action: 'other', isGuarded: false, functions: [] }

/** Finds the files that code names, in a walk through it. */
export class FileReferences {
  readonly #isOptional: IsOptional
  readonly #definitions: Definitions
  readonly #candidates: Candidate[] = []
  readonly #usesByVariable = new Map<string, Set<SeenUse>>()
  readonly #guardedCalls = new Set<string>()

  /**
   * @param isOptional whether the last of some nodes runs only on a condition, or may throw
   * @param moduleOf the modules of a bundle by offset; by default the code is one module
   * @returns `undefined` if the code names no files in any case
   */
  static in(code: string, isOptional: IsOptional, moduleOf: ModuleOf = () => undefined): FileReferences | undefined {
    return namesFiles(code) ? new FileReferences(isOptional, moduleOf) : undefined
  }

  private constructor(isOptional: IsOptional, moduleOf: ModuleOf) {
    this.#isOptional = isOptional
    this.#definitions = new Definitions(moduleOf)
  }

  /**
   * Expects every node, each after those in it.
   * @param ancestors from the program to the node itself
   */
  visit(node: AnyNode, ancestors: readonly AnyNode[]): void {
    this.#definitions.visit(node, ancestors.at(-2))
    if (node.type === 'Identifier') this.#addUse(node.name, this.#usageOf(ancestors))
    else if (node.type === 'ExportNamedDeclaration') for (const name of exportedNames(node)) this.#addUse(name, UNKNOWN)
    const named = namedPath(node, this.#definitions)
    if (named !== undefined) this.#candidates.push({ node, named, usage: this.#usageOf(ancestors) })
    const guarded = guardedCall(ancestors, this.#definitions, this.#isOptional)
    if (guarded !== undefined) this.#guardedCalls.add(guarded)
  }

  /** All references, once every node has been visited, in the order of the code. */
  read(): FileReference[] {
    return this.#candidates.flatMap((candidate) => this.#read(candidate) ?? []).toSorted((a, b) => a.start - b.start)
  }

  #read({ node, named, usage }: Candidate): FileReference | undefined {
    const { kind, base, names } = named
    const whole = ownPath(node, this.#definitions)
    const start = ownPath(base, this.#definitions)
    if (whole === undefined || start === undefined || /(?:^|\/)\.{0,2}$/.test(whole.path)) return undefined
    const spans = [base, ...names]
    const keepsBase = isOwnPlace(named, start.path) && !start.isCommonJs
    return {
      ...spanOf(node),
      path: whole.path,
      origin: whole.origin,
      isCommonJs: whole.isCommonJs,
      kind,
      parts:
        kind === 'text'
          ? spanOf(node)
          : { start: Math.min(...spans.map(({ start }) => start)), end: Math.max(...spans.map(({ end }) => end)) },
      base: keepsBase ? spanOf(base) : undefined,
      uses: this.#usesOf(usage, node.start).map(({ action, isGuarded, functions }) => ({
        action,
        isGuarded: isGuarded || functions.some((name) => this.#guardedCalls.has(name)),
      })),
    }
  }

  #usageOf(ancestors: readonly AnyNode[]): Usage {
    return usageOf(ancestors, this.#definitions, this.#isOptional)
  }

  #addUse(variable: string, usage: Usage): void {
    if (usage === undefined) return
    const use = 'variable' in usage ? UNKNOWN : usage
    const uses = this.#usesByVariable.get(variable)
    if (uses === undefined) this.#usesByVariable.set(variable, new Set([use]))
    else uses.add(use)
  }

  #usesOf(usage: Usage, at: number): readonly SeenUse[] {
    if (usage === undefined) return []
    if (!('variable' in usage)) return [usage]
    const { variable } = usage
    return this.#definitions.valueOf(variable, at) === undefined ? [UNKNOWN] : [...(this.#usesByVariable.get(variable) ?? [])]
  }
}

/** What another module can do with these is not known. */
function exportedNames({ declaration, specifiers }: ExportNamedDeclaration): string[] {
  const declared = declaration?.type === 'VariableDeclaration' ? declaration.declarations.map(({ id }) => id) : []
  return [...declared, ...specifiers.map(({ local }) => local)].flatMap((node) => (node.type === 'Identifier' ? [node.name] : []))
}

function spanOf({ start, end }: Span): Span {
  return { start, end }
}
