import { createReadStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pack } from 'bytenite-uploader'
import { extract } from 'tar-stream'
import { x } from 'tinyexec'
import { expect, test } from 'vitest'
import { runSuccessfully } from '../helpers/process.ts'
import { readFiles, writeFiles, type Files } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** Everything that readers of tar are known to see differently. */
const allFiles: Files = {
  'main.js': '#!/usr/bin/env node\n',
  empty: '',
  'large.bin': Buffer.from(Array.from({ length: 1_000_003 }, (_, index) => (index * 7919) & 255)),
  [`just-fits-${'n'.repeat(100 - 'app/just-fits-'.length)}`]: '100 bytes',
  [`one-more-${'n'.repeat(101 - 'app/one-more-'.length)}`]: '101 bytes',
  [`${'d'.repeat(99)}/${'p'.repeat(154)}/short`]: 'could be split for ustar',
  [`${'deep/'.repeat(60)}file`]: 'deep',
  'caf\u00e9.txt': 'NFC',
  'cafe\u0301.txt': 'NFD',
  '\u{1F600}.txt': 'beyond the basic plane',
  'with space': 'x',
  'back\\slash': 'x',
  '-dash': 'x',
  'tab\tand\u0001control': 'x',
  'trailing.': 'x',
}

interface Reader {
  name: string
  /** Whether it is installed: a program, and arguments that succeed. */
  probe?: [string, string[]]
  /** A name that it takes for another one. */
  confuses?: string
  extract(tar: string, target: string): Promise<unknown>
}

function command(program: string, ...parameters: string[]): Reader['extract'] {
  return (tar, target) => {
    const named = parameters.map((text) => text.replace('ARCHIVE', tar).replace('TARGET', target))
    // Some readers take names for text, which the C locale cannot spell.
    return runSuccessfully(program, named, { cwd: target, env: { LC_ALL: 'C.UTF-8' } })
  }
}

const go = `package main
import ("archive/tar"; "io"; "os"; "path/filepath")
func main() {
  file, _ := os.Open(os.Args[1])
  for reader := tar.NewReader(file); ; {
    header, err := reader.Next()
    if err == io.EOF { return }
    if err != nil { panic(err) }
    path := filepath.Join(os.Args[2], header.Name)
    if header.Typeflag == tar.TypeDir { if err := os.MkdirAll(path, 0755); err != nil { panic(err) }; continue }
    out, err := os.Create(path)
    if err != nil { panic(err) }
    if _, err := io.Copy(out, reader); err != nil { panic(err) }
    out.Close()
  }
}`

const readers: Reader[] = [
  { name: 'GNU tar', extract: command('tar', '-xf', 'ARCHIVE', '-C', 'TARGET') },
  // libarchive gives every name the same Unicode form.
  {
    name: 'bsdtar',
    probe: ['bsdtar', ['--version']],
    confuses: 'cafe\u0301.txt',
    extract: command('bsdtar', '-xf', 'ARCHIVE', '-C', 'TARGET'),
  },
  {
    name: "Python's tarfile",
    probe: ['python3', ['-c', 'import tarfile']],
    extract: command('python3', '-W', 'ignore', '-c', 'import tarfile; tarfile.open("ARCHIVE").extractall("TARGET")'),
  },
  {
    name: "Go's archive/tar",
    probe: ['go', ['version']],
    async extract(tar, target) {
      const directory = await temporaryDirectory()
      await writeFile(join(directory, 'main.go'), go)
      await runSuccessfully('go', ['run', 'main.go', tar, target], { cwd: directory })
    },
  },
  {
    name: 'tar-stream',
    async extract(tar, target) {
      for await (const entry of createReadStream(tar).pipe(extract() as unknown as NodeJS.ReadWriteStream) as unknown as ReturnType<
        typeof extract
      >) {
        const path = join(target, entry.header.name)
        if (entry.header.type === 'directory') await mkdir(path, { recursive: true })
        else {
          await mkdir(dirname(path), { recursive: true })
          await writeFile(path, await buffer(entry as AsyncIterable<Uint8Array>))
        }
        entry.resume()
      }
    },
  },
]

test.each(readers)('$name reads exactly the output', async ({ name, probe, confuses = '', extract }) => {
  if (probe !== undefined && !(await isInstalled(...probe))) return console.log(`Not tested: ${name}, which is not installed here.`)
  const root = await temporaryDirectory()
  const { [confuses]: _, ...files } = allFiles
  await writeFiles(join(root, 'dist'), files)
  await mkdir(join(root, 'dist/nothing in it'))
  await pack({
    directory: 'dist',
    root,
    manifest: { name: 'a', version: '1.0', entrypoint: 'main.js' },
    env: {},
    archiveFile: 'app.tar',
    template: false,
  })
  const target = await temporaryDirectory()
  await extract(join(root, 'app.tar'), target)
  const { 'manifest.json': manifest, ...app } = await readFiles(target)
  expect(JSON.parse(String(manifest))).toMatchObject({ name: 'a' })
  expect(Object.keys(app).toSorted()).toEqual(
    Object.keys(files)
      .map((path) => `app/${path}`)
      .toSorted(),
  )
  for (const [path, content] of Object.entries(files)) expect(app[`app/${path}`]?.equals(Buffer.from(content)), path).toBe(true)
  await expect(readFiles(join(target, 'app/nothing in it'))).resolves.toEqual({})
})

async function isInstalled(program: string, parameters: string[]): Promise<boolean> {
  try {
    return (await x(program, parameters)).exitCode === 0
  } catch {
    return false
  }
}
