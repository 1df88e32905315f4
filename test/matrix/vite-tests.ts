import type { MatrixContext } from './context.ts'
export function testVite(_context: MatrixContext): void {}
