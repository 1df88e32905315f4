import type { AnyNode, Node } from 'acorn'
import { isOwnPath } from './nodes.js'

/** The module of a bundle that an offset belongs to. */
export type ModuleOf = (offset: number) => unknown

interface Definition {
  /** `undefined` if the name does not stand for one expression, as a parameter does not. */
  value: AnyNode | undefined
  start: number
}

/**
 * What the names in a file stand for. Ignores scopes: a name that one module defines twice stands for nothing. A name that a
 * module does not define may be that of another module of the bundle.
 */
export class Definitions {
  readonly #byName = new Map<string, Definition[]>()
  readonly #imported = new Map<string, string>()
  readonly #moduleOf: ModuleOf

  constructor(moduleOf: ModuleOf) {
    this.#moduleOf = moduleOf
  }

  /** Expects every node of the file. */
  visit(node: AnyNode, parent: AnyNode | undefined): void {
    switch (node.type) {
      case 'VariableDeclarator':
        if (node.init) this.#define(node.id, node.init)
        break
      case 'VariableDeclaration':
        if (parent?.type === 'ForInStatement' || parent?.type === 'ForOfStatement')
          for (const { id } of node.declarations) this.#define(id, undefined)
        break
      case 'AssignmentExpression':
        this.#define(node.left, node.operator === '=' ? node.right : undefined)
        break
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#define(node.id, undefined)
        for (const parameter of node.params) this.#define(parameter, undefined)
        break
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#define(node.id, undefined)
        break
      case 'CatchClause':
        this.#define(node.param, undefined)
        break
      case 'ImportSpecifier':
        if (node.imported.type === 'Identifier') this.#imported.set(node.local.name, node.imported.name)
        this.#define(node.local, undefined)
        break
      case 'ImportDefaultSpecifier':
      case 'ImportNamespaceSpecifier':
        this.#define(node.local, undefined)
        break
    }
  }

  /** Whether the module at an offset defines a name, or only the bundle around it does. */
  has(name: string, at: number): boolean {
    return this.#of(name, at).length > 0
  }

  /** The expression that a name stands for in the module at an offset. */
  valueOf(name: string, at: number): AnyNode | undefined {
    const [definition, ...others] = this.#of(name, at)
    return others.length === 0 ? definition?.value : undefined
  }

  /** The name of a function or class under which it was exported, whether it is called by itself or as a property. */
  calledName(callee: Node): string | undefined {
    const node = callee as AnyNode
    switch (node.type) {
      case 'Identifier':
        // Bundlers number the names that two modules have.
        return this.#imported.get(node.name) ?? node.name.replace(/\$\d+$/, '')
      case 'MemberExpression':
        return !node.computed && node.property.type === 'Identifier' ? node.property.name : undefined
      case 'ParenthesizedExpression':
        return this.calledName(node.expression)
      case 'SequenceExpression': {
        // (0, path.join)(...)
        const last = node.expressions.at(-1)
        return last && this.calledName(last)
      }
      default:
        return undefined
    }
  }

  #of(name: string, at: number): readonly Definition[] {
    const all = this.#byName.get(name) ?? []
    const module = this.#moduleOf(at)
    const own = all.filter(({ start }) => this.#moduleOf(start) === module)
    // Bundlers leave the variables of Node to the modules that do not define them.
    return own.length > 0 || isOwnPath(name) ? own : all
  }

  #define(pattern: Node | null | undefined, value: Node | undefined): void {
    const node = pattern as AnyNode | null | undefined
    switch (node?.type) {
      case 'Identifier': {
        const definition = { value: value as AnyNode | undefined, start: node.start }
        const known = this.#byName.get(node.name)
        if (known === undefined) this.#byName.set(node.name, [definition])
        else known.push(definition)
        break
      }
      case 'AssignmentPattern':
        this.#define(node.left, undefined)
        break
      case 'RestElement':
        this.#define(node.argument, undefined)
        break
      case 'ArrayPattern':
        for (const element of node.elements) this.#define(element, undefined)
        break
      case 'ObjectPattern':
        for (const property of node.properties) this.#define(property.type === 'Property' ? property.value : property, undefined)
        break
    }
  }
}
