import { testArrival } from './arrival-tests.ts'

testArrival({ name: 'M: 2,000 files, 100 MB', files: 2_000, size: 50_000 })
testArrival({ name: 'F: 50,000 files of 2 KB', files: 50_000, size: 2_048 })
