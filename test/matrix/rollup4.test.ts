import { testBundler } from './matrix.ts'

testBundler('rollup4')
