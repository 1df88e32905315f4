import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pack, type ByteNiteError } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { findCode } from '../helpers/code-blocks.ts'
import { startPlatform } from '../helpers/platform.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { createProject, readFiles, writeFiles } from '../helpers/project.ts'
import { runScript } from '../helpers/shell.ts'

const MODULE = '{ "name": "example", "version": "1.0.0", "type": "module" }'

/** Copies its chunk. */
const COPY = '#!/bin/sh\ncp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/copy.txt"\n'

test('the first screen of the README publishes and runs a script in Python', async () => {
  const platform = await startPlatform()
  const code = await findCode('README.md', 'py', 'TASK_DIR')
  const root = await createProject({ 'counter/main.py': code })
  const script = await findCode('README.md', 'sh', 'as above')
  const output = await runScript(script.replace(/^npx bytenite-local serve .*\n/, ''), { cwd: root, env: platform.env })
  expect(output).toContain('published counter@0.1')
  expect(await readFile(join(root, 'results/count.txt'), 'utf8')).toBe(String(code.trim().split(/\s+/).length))
})

test('the README of the uploader packs, publishes, lists, activates, downloads, and runs a job from its file to its results', async () => {
  const platform = await startPlatform()
  const page = 'packages/core/README.md'
  const root = await createProject({
    'package.json': MODULE,
    'publish.js': await findCode(page, 'js', 'pack, publish'),
    'jobs.js': (await findCode(page, 'js', 'createClient(')) + (await findCode(page, 'js', 'client.jobs.create')),
    'dist/main.js': '#!/usr/bin/env node\nconsole.log(1)\n',
    'book.txt': 'a book',
    'counter/main.sh': COPY,
  })
  await runSuccessfully('node', ['publish.js'], { cwd: root, env: platform.env })
  const publish = 'npx bytenite-uploader publish counter --manifest.name word --manifest.version 0.1 --activate'
  await writeFiles(root, { 'word-count.json': JSON.stringify({ id: 'word-count' }) })
  await runScript(`${publish} --manifest.platformConfig.container debian:12 --template word-count.json`, { cwd: root, env: platform.env })
  const output = await runSuccessfully('node', ['jobs.js'], { cwd: root, env: platform.env })
  expect(output.trim()).toBe('hello 0.1 inactive\nword 0.1 active')
  expect(await platform.client.apps.getStatus('hello')).toBe('active')
  expect((await readFile(join(root, 'hello.tar'), 'latin1')).startsWith('manifest.json')).toBe(true)
  expect(Object.values(await readFiles(join(root, 'out'))).map(String)).toEqual(['a book'])
})

test('the README of the platform opens and closes one', async () => {
  const example = await findCode('packages/local/README.md', 'js', 'createLocalPlatform')
  const root = await createProject({
    'package.json': MODULE,
    'example.js': example.replace('// …', 'console.log((await fetch(new URL("/healthz", apiUrl))).status)'),
  })
  expect((await runSuccessfully('node', ['example.js'], { cwd: root })).trim()).toBe('200')
  expect(Object.keys(await readFiles(join(root, 'some/where')))).toContain('api-key')
})

test('the README of the scaffolder creates a project', async () => {
  const example = await findCode('packages/create/README.md', 'js', 'create(')
  const root = await createProject({ 'package.json': MODULE, 'example.js': `${example}console.log(files.join(' '))` })
  const printed = (await runSuccessfully('node', ['example.js'], { cwd: root })).trim().split(' ')
  expect(printed).toContain('src/main.py')
  expect(Object.keys(await readFiles(join(root, 'my-app'))).toSorted()).toEqual(printed.toSorted())
})

test('the error at the top of the page of errors is one', async () => {
  const text = await findCode('packages/core/docs/errors.md', 'text', '[NO_OUTPUT]')
  const packed = pack({ directory: '/app/dist', manifest: { name: 'app', version: '0.1', entrypoint: 'main.js' } })
  const { code, message, docs } = await packed.then(
    () => Promise.reject(new Error('There is an /app/dist.')),
    (error: ByteNiteError) => error,
  )
  expect(`[${code}] ${message}\nSee ${docs}\n`).toBe(text)
})
