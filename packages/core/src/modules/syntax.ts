import type { AnyNode, CallExpression, Node, Program } from 'acorn'
import { fullAncestor } from 'acorn-walk'
import { FileReferences, type FileReference } from './file-references.js'
import { isFunction, isOwnPath, literalOf, type OwnPathName } from './nodes.js'

/** One import or `require` in a module. */
export interface ImportedName {
  specifier: string
  kind: 'import' | 'require'
  place: Place
}

/** `module` runs on load, `function` may run later, and `guarded` may also fail: it is in a `try` or behind a condition. */
type Place = 'module' | 'function' | 'guarded'

/** The syntax of a JavaScript file that decides how it must be loaded. */
export interface ModuleSyntax {
  /** Whether it has `import`, `export` or `import.meta`, and so cannot load as CommonJS. */
  isEsModule: boolean
  /** A CommonJS variable that it uses on load, without a `typeof` test first. */
  commonJsNeed: CommonJsNeed | undefined
  imports: ImportedName[]
  /** The files that it names by their place beside it. */
  files: NamedFile[]
}

/** A file that a module names by its place beside it. */
interface NamedFile extends Pick<FileReference, 'path' | 'uses'> {
  line: number
}

export interface CommonJsNeed {
  name: 'require' | 'module' | 'exports' | OwnPathName
  /** Whether only a bundled module uses it, which may never be loaded. */
  isUncertain?: boolean
}

/**
 * @param program the code, or the parts of it that decide
 * @param code all of it
 * @param offsetOf the offset in the code of one in the program
 */
export function syntaxOf(program: Program, code: string, offsetOf: (offset: number) => number = (offset) => offset): ModuleSyntax {
  const declared = declaredNames(program)
  const requires = requireNames(code, program, declared)
  const imports: ImportedName[] = []
  let isEsModule = false
  let commonJsNeed: CommonJsNeed | undefined
  /** Uses of `__dirname` and `__filename`, each with the wrapper of the bundled module around it. */
  const pathNeeds: { name: OwnPathName; wrapper: string | undefined }[] = []
  const called = new Set<string>()
  const isAsked = asksFirst(code)
  const files = FileReferences.in(code, (nodes) => placeOf(nodes) === 'guarded')

  fullAncestor(program, (visited, _state, ancestors) => {
    const node = visited as AnyNode
    files?.visit(node, ancestors as AnyNode[])
    const isLoaded = (): boolean => placeOf(ancestors as AnyNode[]) === 'module'
    const add = (source: unknown, kind: ImportedName['kind']): void => {
      const specifier = literalOf(source)
      if (specifier !== undefined) imports.push({ specifier, kind, place: placeOf(ancestors as AnyNode[]) })
    }
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
        isEsModule = true
        add(node.source, 'import')
        break
      case 'ExportNamedDeclaration':
        isEsModule = true
        if (node.source) add(node.source, 'import')
        break
      case 'ExportDefaultDeclaration':
        isEsModule = true
        break
      case 'MetaProperty':
        if (node.meta.name === 'import') isEsModule = true
        break
      case 'ImportExpression':
        add(node.source, 'import')
        break
      case 'CallExpression':
        if (node.callee.type === 'Identifier' && node.arguments.length === 0 && isLoaded()) called.add(node.callee.name)
        if (!isRequire(node, requires)) break
        add(node.arguments[0], 'require')
        if (!isAsked && isFree(node.callee, 'require', declared) && isLoaded()) commonJsNeed = { name: 'require' }
        break
      case 'MemberExpression':
        if (isAsked) break
        if (isFree(node.object, 'module', declared) && propertyOf(node) === 'exports' && isLoaded()) commonJsNeed = { name: 'module' }
        if (isFree(node.object, 'exports', declared) && isAssigned(node, ancestors as AnyNode[]) && isLoaded())
          commonJsNeed = { name: 'exports' }
        break
      case 'Identifier':
        if (!isOwnPath(node.name) || declared.has(node.name) || !isLoaded() || code.includes(`typeof ${node.name}`)) break
        pathNeeds.push({ name: node.name, wrapper: wrapperOf(ancestors as AnyNode[]) })
        break
    }
  })
  // A bundled module that is not certain to be called may be optional.
  const need = pathNeeds.find(({ wrapper }) => wrapper === undefined) ?? pathNeeds.find(({ wrapper = '' }) => called.has(wrapper))
  if (need !== undefined) commonJsNeed ??= { name: need.name, ...(need.wrapper !== undefined && { isUncertain: true }) }
  // An ES module does not get as far as the file if it lacks the variable.
  const named = files?.read().filter(({ isCommonJs }) => !(isCommonJs && isEsModule)) ?? []
  return {
    isEsModule,
    commonJsNeed,
    imports,
    files: named.map(({ path, uses, start }) => ({ path, uses, line: lineAt(code, offsetOf(start)) })),
  }
}

function lineAt(code: string, offset: number): number {
  return code.slice(0, offset).split('\n').length
}

/** Whether code that may be either kind of module finds out which. */
export function asksFirst(code: string): boolean {
  return /\btypeof (?:require|module|exports)\b/.test(code)
}

/** The place of the last of these nodes. */
function placeOf(ancestors: readonly AnyNode[]): Place {
  let place: Place = 'module'
  for (const [index, node] of ancestors.entries()) {
    const child = ancestors[index + 1]
    if (child === undefined) break
    if (isGuard(node, child)) return 'guarded'
    if (isFunction(node) && !isModuleWrapper(ancestors, index)) place = 'function'
  }
  return place
}

function isGuard(node: AnyNode, child: AnyNode): boolean {
  switch (node.type) {
    case 'TryStatement':
      return child === node.block && node.handler != null
    case 'IfStatement':
    case 'ConditionalExpression':
      return child !== node.test
    case 'LogicalExpression':
      return child === node.right
    case 'SwitchCase':
      return true
    case 'MemberExpression':
      // import('x').catch(...), and .then(..., ...)
      return child.type === 'ImportExpression'
    default:
      return false
  }
}

/** Whether a function wraps a bundled CommonJS module, or is called immediately. */
function isModuleWrapper(ancestors: readonly AnyNode[], index: number): boolean {
  const [outer, call, node] = [ancestors[index - 2], ancestors[index - 1], ancestors[index]]
  if (call?.type === 'CallExpression') return call.callee === node || isWrapping(call)
  // __commonJS({ 'path'(exports, module) { ... } })
  const callOfObject = ancestors[index - 3]
  return (
    call?.type === 'Property' && outer?.type === 'ObjectExpression' && callOfObject?.type === 'CallExpression' && isWrapping(callOfObject)
  )
}

/** The name of the wrapper function around a bundled CommonJS module that contains the node. */
function wrapperOf(ancestors: readonly AnyNode[]): string | undefined {
  const declarator = ancestors.findLast(
    (node) => node.type === 'VariableDeclarator' && node.init?.type === 'CallExpression' && isWrapping(node.init),
  )
  return declarator?.type === 'VariableDeclarator' && declarator.id.type === 'Identifier' ? declarator.id.name : undefined
}

function isWrapping({ callee }: CallExpression): boolean {
  return callee.type === 'Identifier' && /^__(?:commonJS|esm)/.test(callee.name)
}

/** Every name that the file declares anywhere. Ignores scopes: at worst, a problem goes unreported. */
function declaredNames(program: Program): Set<string> {
  const names = new Set<string>()
  const addPattern = (pattern: unknown): void => {
    const node = pattern as AnyNode | null
    if (node?.type === 'Identifier') names.add(node.name)
    else if (node?.type === 'AssignmentPattern') addPattern(node.left)
    else if (node?.type === 'ArrayPattern') node.elements.forEach(addPattern)
    else if (node?.type === 'ObjectPattern')
      node.properties.forEach((property) => addPattern(property.type === 'Property' ? property.value : property.argument))
    else if (node?.type === 'RestElement') addPattern(node.argument)
  }
  fullAncestor(program, (visited, _state, ancestors) => {
    const node = visited as AnyNode
    if (node.type === 'VariableDeclarator') addPattern(node.id)
    else if (node.type === 'ImportSpecifier' || node.type === 'ImportDefaultSpecifier' || node.type === 'ImportNamespaceSpecifier')
      addPattern(node.local)
    else if (isFunction(node)) {
      if ('id' in node) addPattern(node.id)
      // A wrapper passes in the same variables as a loader.
      if (!isModuleWrapper(ancestors as AnyNode[], ancestors.length - 1)) for (const parameter of node.params) addPattern(parameter)
      else for (const parameter of node.params) if (parameter.type === 'Identifier' && parameter.name !== 'require') addPattern(parameter)
    }
  })
  return names
}

/** The names of the file's require functions: results of `createRequire`, and `require` itself unless the file declares it. */
function requireNames(code: string, program: Program, declared: ReadonlySet<string>): Set<string> {
  const makers = new Set(['createRequire'])
  const names = new Set(['__require'])
  if (!declared.has('require')) names.add('require')
  // Most files have none, and another walk would be slow.
  if (!code.includes('createRequire')) return names
  for (const statement of program.body) {
    if (statement.type !== 'ImportDeclaration') continue
    for (const node of statement.specifiers) {
      if (node.type === 'ImportSpecifier' && node.imported.type === 'Identifier' && node.imported.name === 'createRequire')
        makers.add(node.local.name)
    }
  }
  fullAncestor(program, (visited) => {
    const node = visited as AnyNode
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init?.type === 'CallExpression') {
      const { callee } = node.init
      const maker = callee.type === 'Identifier' ? callee.name : callee.type === 'MemberExpression' ? propertyOf(callee) : undefined
      if (maker !== undefined && makers.has(maker)) names.add(node.id.name)
    }
  })
  return names
}

function isRequire({ callee, arguments: parameters }: CallExpression, names: ReadonlySet<string>): boolean {
  return callee.type === 'Identifier' && names.has(callee.name) && parameters.length === 1
}

function isFree(node: Node, name: string, declared: ReadonlySet<string>): boolean {
  const identifier = node as AnyNode
  return identifier.type === 'Identifier' && identifier.name === name && !declared.has(name)
}

function isAssigned(node: AnyNode, ancestors: readonly AnyNode[]): boolean {
  const parent = ancestors[ancestors.indexOf(node) - 1]
  return parent?.type === 'AssignmentExpression' && parent.left === node
}

function propertyOf(node: AnyNode): string | undefined {
  if (node.type !== 'MemberExpression') return undefined
  if (!node.computed && node.property.type === 'Identifier') return node.property.name
  return literalOf(node.property)
}
