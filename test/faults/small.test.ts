import { faultsOfRequests, faultsOfResponses, testFaults, testUnreachable } from './fault-tests.ts'

testFaults({ ...faultsOfRequests, ...faultsOfResponses }, 'small', 100_000)
testUnreachable()
