import type { Command } from '../command-line/command.js'
import { setStatus } from './set-status.js'

export const deactivate: Command = setStatus('deactivate', 'Let no new jobs use an app or an engine')
