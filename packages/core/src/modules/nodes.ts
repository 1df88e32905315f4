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
