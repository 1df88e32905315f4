import { createProcessRunner } from '../../packages/local/dist/runners/processes/process-runner.js'
import { createFakeRunner } from '../helpers/fake-runner.ts'
import { testRunner } from './runners.ts'

testRunner('processes', createProcessRunner)
testRunner('the fake', createFakeRunner)
