import { testTemplates } from './template-tests.ts'

testTemplates('npm')
