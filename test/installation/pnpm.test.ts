import { testTemplates } from './template-tests.ts'

testTemplates('pnpm')
