import { faultsOfRequests, testFaults } from './fault-tests.ts'

testFaults(faultsOfRequests, '50 MB', 50_000_000)
