import { faultsOfRequests, testFaults } from './fault-tests.ts'

testFaults(faultsOfRequests, '200 MB', 200_000_000)
