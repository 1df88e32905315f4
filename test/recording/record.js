// Runs the first screen of the README in a terminal, and returns what it showed.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, mkdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** @typedef {{ prompt: string, lines: string[] }} Shown a command, and the lines that it showed, with the terminal's escapes */

/** Columns of the terminal. */
export const COLUMNS = 100

/** @returns {Promise<Shown[]>} */
export async function record() {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'recording-')))
  const project = join(directory, 'my-app')
  const readme = await readFile(join(repository, 'README.md'), 'utf8')
  const [start = '', build = '', run = ''] = commandsOf(readme)
  try {
    await writeProject(project, readme)
    const [serveLines, stop] = await serve(start, directory)
    try {
      const exports = serveLines.filter((line) => line.trim().startsWith('export ')).map((line) => line.trim())
      /** @type {Shown[]} */
      const shown = [{ prompt: start, lines: serveLines }]
      for (const command of [build, run]) {
        const { lines, exitCode } = await showIn(project, command, exports)
        if (exitCode !== 0) throw new Error(`${command} failed with exit code ${exitCode}:\n${lines.join('\n')}`)
        shown.push({ prompt: command, lines })
      }
      const cat = 'cat results/count.txt'
      shown.push({ prompt: cat, lines: (await showIn(project, cat, [])).lines })
      return shown
    } finally {
      await stop()
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/**
 * The commands for a Vite project, without their comments.
 * @param {string} readme
 */
function commandsOf(readme) {
  const [, code = ''] = /\*\*With Vite\*\*[^]*?```sh\n([^]*?)```/.exec(readme) ?? []
  return code
    .trim()
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, ''))
}

/**
 * A project of the files that the README shows, in which everything is installed.
 * @param {string} project
 * @param {string} readme
 */
async function writeProject(project, readme) {
  for (const [, path = '', code = ''] of readme.matchAll(/```ts\n\/\/ ((?:vite\.config|src\/task)\.ts)\n([^]*?)```/g)) {
    const file = join(project, path)
    await mkdir(dirname(file), { recursive: true })
    // The first ones are those of the first screen.
    await writeFile(file, code, { flag: 'wx' }).catch(() => {})
  }
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'my-app', version: '1.0.0', type: 'module' }, null, 2))
  await symlink(join(repository, 'examples/hello-world/node_modules'), join(project, 'node_modules'), 'junction')
}

/**
 * Starts the platform. It stays until it is stopped.
 * @param {string} command
 * @param {string} directory
 * @returns {Promise<[string[], () => Promise<void>]>}
 */
async function serve(command, directory) {
  const child = openTerminal(`${command} --port 0 --dir ${join(directory, 'data')}`, join(directory, 'my-app'))
  let output = ''
  const ready = new Promise((resolve, reject) => {
    child.stdout.on('data', (piece) => {
      output += String(piece)
      if (/works once: \S+\s/.test(output)) resolve(undefined)
    })
    child.once('exit', () => reject(new Error(`The platform did not start:\n${output}`)))
  })
  await ready
  const stop = async () => {
    const exited = once(child, 'exit')
    // Ctrl-C.
    child.stdin.write('\u0003')
    await exited
  }
  return [linesOf(output), stop]
}

/**
 * @param {string} directory
 * @param {string} command
 * @param {string[]} exports lines of a shell that come before
 */
async function showIn(directory, command, exports) {
  const child = openTerminal([...exports, command].join('; '), directory)
  let output = ''
  child.stdout.on('data', (piece) => (output += String(piece)))
  const [exitCode] = await once(child, 'close')
  return { lines: linesOf(output), exitCode: /** @type {number} */ (exitCode) }
}

/**
 * @param {string} command
 * @param {string} cwd
 */
function openTerminal(command, cwd) {
  const { PATH } = process.env
  const env = { PATH: `${join(cwd, 'node_modules/.bin')}:${PATH}`, HOME: dirname(cwd), TERM: 'xterm-256color' }
  return spawn('script', ['-qefc', `stty cols ${COLUMNS} rows 40; ${command.replaceAll('npx ', '')}`, '/dev/null'], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}

/** @param {string} output */
function linesOf(output) {
  return output.replace(/\r?\n$/, '').split(/\r?\n/)
}
