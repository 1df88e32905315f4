import { testArrival } from './arrival-tests.ts'

testArrival({ name: 'S: 20 files, 1 MB', files: 20, size: 50_000 })
testArrival({ name: 'L: 20 files, 1 GB', files: 20, size: 50_000_000 })
