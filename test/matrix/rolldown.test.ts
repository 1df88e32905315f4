import { testBundler } from './matrix.ts'

testBundler('rolldown')
