/** Entry point for the sibling packages: what command lines are made of. */
export { hasSwitch, parseArguments, type Options } from './command-line/arguments.js'
export type { Command } from './command-line/command.js'
export { runCommandLine, type Program } from './command-line/run-command-line.js'
export { endBySignal, stopSignal } from './command-line/stop-signal.js'
export { stoppable } from './command-line/stoppable.js'
export { formatTable, formatTime } from './command-line/table.js'
export { UsageError } from './command-line/usage-error.js'
