import { testFaults } from './fault-tests.ts'

testFaults('200 MB', 200_000_000)
