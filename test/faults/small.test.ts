import { testFaults, testUnreachable } from './fault-tests.ts'

testFaults('small', 100_000)
testUnreachable()
