import { testBundler } from './matrix.ts'

testBundler('vite7')
