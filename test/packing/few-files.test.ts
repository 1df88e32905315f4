import { testArrival } from './arrival-tests.ts'

testArrival({ name: 'S: 20 files, 1 MB', files: 20, size: 50_000 })
// Large enough to be hashed on a second thread.
testArrival({ name: 'L: 20 files, 400 MB', files: 20, size: 20_000_000 })
