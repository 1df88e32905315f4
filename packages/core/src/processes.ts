/** Entry point for the sibling packages: runs programs, and ends them with all that they have started. */
export { atExit } from './processes/at-exit.js'
export { killGroup, runAsGroup, type Ending, type StartedProgram } from './processes/process-group.js'
export { runBuild } from './processes/run-build.js'
