import type { AnyNode, Function as FunctionNode } from 'acorn'

/** The variables with a CommonJS module's own path. */
export type OwnPathName = '__dirname' | '__filename'

export function isOwnPath(name: string): name is OwnPathName {
  return name === '__dirname' || name === '__filename'
}

export function isFunction(node: AnyNode): node is AnyNode & FunctionNode {
  return node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
}

/** What a node gives its value to. */
export function receiverOf(node: AnyNode | undefined): AnyNode | undefined {
  switch (node?.type) {
    case 'VariableDeclarator':
      return node.id as AnyNode
    case 'AssignmentExpression':
      return node.left as AnyNode
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return node.key as AnyNode
    default:
      return undefined
  }
}

/** The text of a string that is written out. Minifiers write it as a template. */
export function literalOf(node: unknown): string | undefined {
  const literal = node as AnyNode | null | undefined
  if (literal?.type === 'Literal' && typeof literal.value === 'string') return literal.value
  if (literal?.type === 'TemplateLiteral' && literal.expressions.length === 0) return literal.quasis[0]?.value.cooked ?? undefined
  return undefined
}
