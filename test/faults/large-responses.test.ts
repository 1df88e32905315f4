import { faultsOfResponses, testFaults } from './fault-tests.ts'

testFaults(faultsOfResponses, '50 MB', 50_000_000)
