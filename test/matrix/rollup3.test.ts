import { testBundler } from './matrix.ts'

testBundler('rollup3')
