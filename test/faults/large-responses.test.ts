import { faultsOfResponses, testFaults } from './fault-tests.ts'

testFaults(faultsOfResponses, '200 MB', 200_000_000)
