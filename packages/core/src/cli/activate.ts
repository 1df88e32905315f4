import type { Command } from '../command-line/command.js'
import { setStatus } from './set-status.js'

export const activate: Command = setStatus('activate', 'Let jobs use an app or an engine, and wait until they can')
