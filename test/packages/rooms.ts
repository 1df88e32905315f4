import type { ImportsBySource } from './imports.ts'

/** Rooms that stand side by side, and what each is for. A room is a file, or a folder, whose name ends with `/`. */
export type Floor = Readonly<Record<string, string>>

/**
 * The rooms of each directory, floor by floor from the top down. A source may import from its own room and from lower floors,
 * never from above or beside it. CONTRIBUTING.md shows these tables.
 */
export const floorsByDirectory: Readonly<Record<string, readonly Floor[]>> = {
  'packages/core/src': [
    { 'cli.ts': 'The executable: its commands' },
    { 'cli/': 'The commands, their options, and what they print' },
    { 'index.cts': 'Entry point for configs that are CommonJS' },
    {
      'index.ts': 'Entry point: the public API',
      'internal.ts': 'Entry point: for the sibling packages only',
      'config.ts': 'Entry point: everything that a bundler config needs, and nothing that only publishing needs',
      'worker-target.ts': 'Entry point: the Node version of the container, for bundler presets',
      'file-references.ts': 'Entry point for the sibling packages: finds the files that code names',
      'read-ahead.ts': 'Entry point for the sibling packages: reads a module before it is packed',
      'archive-contents.ts': 'Entry point for the sibling packages: reads what is in an archive, and compares two',
      'processes.ts': 'Entry point for the sibling packages: runs programs, and ends them with all that they have started',
      'command-line.ts': 'Entry point for the sibling packages: what command lines are made of',
    },
    { 'publish-output.ts': 'Publishes by the rules of the plugins, and reports what was done' },
    { 'report/': 'Everything the user reads: lines, progress, errors' },
    { 'publish.ts': 'Packs, uploads, writes the record, activates' },
    { 'publish/': 'Steps that only publishing has: checking the remote state, sending the archive, activating, saving the template' },
    { 'pack.ts': 'Reads the project and its output, creates the archive, checks and hashes it' },
    { 'resolve-options.ts': 'Fills in the options and checks them' },
    { 'option-names.ts': 'Entry point for the sibling packages: refuses unknown names of options' },
    { 'options.ts': "The options, composed of the steps' slices" },
    {
      'compare/': 'What differs between the archive on a platform and one that was packed, and why',
      'pull/': 'Makes a project of a published archive again',
    },
    {
      'checks/': 'Finds code that would fail in the container, and secrets in the archive',
      'client/': 'The Developer and Customer APIs over HTTP',
    },
    {
      'archive/': 'The tar: layout, hash, and reading it',
      'contents/': 'What is in an archive from anywhere, the rules for it, and what differs between two',
      'modules/': 'Module imports in the output, the files that it reads and runs, and how Node would load each file',
    },
    { 'output/': 'Selects the files: globs, secret files, size limits' },
    {
      'processes/': 'Programs that are run, and all that they have started',
      'command-line/': 'What every command line is made of: options, help, signals, exit codes',
      'connection/': 'Finds and checks the address, credentials, retries and timeouts',
      'manifest/': 'Manifest, job template and parameter schema: where they come from, and their rules',
      'record/': "The file with the platform's record of the published app",
      'stamps/': 'Tells processes of one another that build into one directory; an entry point for the sibling packages',
    },
    {
      'utils/': 'Helpers that know nothing of ByteNite',
      'wire-jobs.ts': 'Entry point: the shapes of jobs that travel to and from the platform',
    },
    {
      'errors.ts': '`ByteNiteError` and its codes',
      'wire.ts': 'Entry point: the shapes that travel to and from the platform',
    },
    { 'plain-text.ts': 'Entry point for the sibling packages: makes foreign text safe to print' },
  ],
  'packages/core/src/client': [
    { 'client.ts': '`createClient`: apps, engines, templates and jobs' },
    { 'api/': 'One file per kind of endpoint: its requests and responses' },
    { 'transport.ts': 'One call: authorization, retries, redaction' },
    { 'access-tokens.ts': 'Exchanges and renews access tokens' },
    { 'http/': 'One request: its route and deadlines, and what a failure means' },
  ],
  'packages/rollup/src': [
    { 'index.cts': 'Entry point for configs that are CommonJS' },
    {
      'index.ts': 'Entry point: the plugin',
      'lifecycle.ts': 'Entry point: the lifecycle, for authors of other plugins',
      'internal.ts': 'Entry point: for the sibling packages only',
    },
    {
      'rollup-host.ts': 'The parts of the lifecycle that only Rollup needs',
      'node-worker.ts': 'The preset for one self-contained Node file',
    },
    { 'script-build.ts': 'The build of a script that the entry starts, by Rollup or Rolldown' },
    { 'run-time-files/': 'Brings the files that code reads or runs into the output, for any bundler' },
    { 'lifecycle/': 'Follows the hooks to tell whether a build succeeded, and which files it wrote' },
    { 'publishing/': "Hands a build's output to the uploader" },
    {
      'options.ts': "The plugin's options",
      'explained-error.ts': 'Says below an error where the documentation explains it',
      'one-file.ts': 'The option that keeps dynamic imports in one file',
      'shebang.ts': 'The `#!` line of an entry',
    },
  ],
  'packages/vite/src': [
    { 'index.cts': 'Entry point for configs that are CommonJS' },
    { 'index.ts': 'Entry point: the plugin' },
    {
      'script-entry.ts': 'A TypeScript or JavaScript `entry`, bundled into one Node file',
      'folder-entry.ts': 'Any other `entry`, published with its folder',
    },
    { 'script-build.ts': 'The build of a script that the entry starts' },
    {
      'entry.ts': 'Validates `entry`',
      'look-ahead.ts': 'Has large modules read while their sizes are reported',
      'worker-preset.ts': "Vite's config for one Node file",
    },
    { 'vite-host.ts': 'The parts of the lifecycle that only Vite needs: its root, logger and `.env` files' },
    {
      'app-build.ts': 'The builds of several environments, published as one',
      'env-files.ts': '`.env` files that cannot be read',
      'finishing-hosts.ts': 'Frameworks whose output is not final when the bundler has finished',
    },
    { 'options.ts': "The plugin's options", 'types.ts': 'Plugin types that fit every version of Vite' },
  ],
  'packages/local/src': [
    {
      'index.ts': 'Entry point: the platform',
      'cli.ts': 'The executable: its commands',
    },
    { 'cli/': 'The commands, their flags and help' },
    { 'develop/': 'Builds a project, publishes it to a temporary platform, and finds the job that this makes' },
    { 'server/': 'The API on this machine' },
    { 'dashboard/': 'What is live and what runs, for a browser' },
    {
      'http/': 'What the API and the dashboard share: hosts, keys, bodies, streams, refusals',
      'jobs/': 'The life of a job: partitioner, tasks, assembler, and what is kept of them',
    },
    { 'runners/': 'Places where attempts run, behind one interface' },
    { 'task/': 'One task as processes of this machine' },
    { 'store/': 'Records, templates and archives on disk, and who may write there' },
    {
      'rules/': 'The rules for manifests and templates',
    },
    { 'refusal.ts': 'What the platform refuses to do', 'utils/': 'Helpers that know nothing of ByteNite' },
  ],
  'packages/local/src/server': [
    { 'platform.ts': 'Opens and closes the store and its servers' },
    {
      'api.ts': 'All routes',
      'listen.ts': 'An HTTP or HTTPS server, with its timeouts',
    },
    {
      'jobs/': 'The routes of jobs: their requests, responses, events, logs and files',
      'published-routes.ts': 'The routes of apps and engines',
      'remote-routes.ts': 'The routes of the programs that a place runs on other machines',
      'secret-routes.ts': 'The routes of the credentials for jobs',
      'tls.ts': 'Reads a certificate, and follows its changes',
    },
    {
      'listen-options.ts': 'Where a platform may listen, and under which conditions',
      'place.ts': 'Where tasks run, and whether they can',
    },
    { 'configuration.ts': 'Checks what a platform starts with: options and the API key' },
    { 'upload/': 'Decodes an upload, and reads its archive' },
  ],
  'packages/local/src/dashboard': [
    { 'dashboard.ts': 'All routes of the dashboard', 'report/': 'A job as one page that stands alone' },
    {
      'apps/': 'Apps and engines: lists, revisions, files, what changed',
      'jobs/': 'Jobs and tasks: lists, pages, forms, timeline, results',
    },
    {
      'archive-content.ts': 'What is in an archive',
      'events.ts': 'Tells a page when to look again',
      'log/': 'Logs, with the colours that a program asked for',
      'session/': 'Logging in, and what a request proves',
    },
    { 'page/': 'The frame of all pages, and the small parts that they share' },
  ],
  'packages/local/src/jobs': [
    { 'create-jobs.ts': 'What a platform can do with jobs' },
    {
      'collect-garbage.ts': 'Removes what nobody needs any more',
      'requests/': 'What a request may ask for: new jobs, their parameters and data, starting and running again',
      'running/': 'Plans, runs and judges the attempts of a job, also after a restart',
    },
    { 'files/': 'Data, chunks and results: where they come from, and their names' },
    { 'services/': 'What all parts of a job need: code, environment, engines' },
    { 'kept/': 'What is kept of a job: records, tasks, and the journal that they are made of again' },
    { 'logs/': 'Logs of attempts: how they are written and read' },
    { 'jobs.ts': 'The interface of all jobs' },
    { 'garbage.ts': 'What is garbage, by rules', 'limits.ts': 'What a job may use' },
    {
      'failure-text.ts': 'Says what failed, and where to read more',
      'job-duration.ts': 'How long a job took',
      'job-failure.ts': 'What ends a job',
    },
  ],
  'packages/local/src/runners': [
    { 'slurm/': 'Workers as elements of job arrays of Slurm' },
    { 'workers/': 'Attempts on the machines of a cluster, by workers that its scheduler starts' },
    {
      'processes/': 'Attempts as processes of this machine, which are no sandbox',
      'containers/': 'Attempts as containers of podman or docker',
    },
    {
      'local-attempts.ts': 'Attempts that wait and run on this machine, and how they are stopped',
      'left-behind.ts': 'What an earlier run of the platform has left of attempts',
    },
    {
      'attempt-directory.ts': 'The directory of each attempt',
      'attempt-processes.ts': 'Finds the processes of attempts, wherever they went',
      'command-cache.ts': 'The commands that start codes',
      'fair-queue.ts': 'Whose turn it is',
      'gpus.ts': "This machine's GPUs",
    },
    { 'runner.ts': 'The interface of all places', 'runner-error.ts': 'What a place refuses, or loses' },
  ],
  'packages/create/src': [
    { 'run.ts': 'The executable' },
    {
      'cli.ts': 'Parses flags, and prints the next steps',
      'index.ts': 'Entry point: the scaffolder',
    },
    { 'cli/': 'Flags, help, and the questions on a terminal' },
    { 'create.ts': 'Creates a project' },
    { 'project/': 'The steps of that: the template and its edits, names, package managers, git, writing and undoing' },
    { 'create-error.ts': '`CreateError` and its codes' },
  ],
}

/** Every import that breaks the rule, and every difference between the table and the directory. */
export function findOffences(imports: ImportsBySource, floors: readonly Floor[]): string[] {
  const depths = new Map(floors.flatMap((floor, depth) => Object.keys(floor).map((room) => [room, depth])))
  const depthOf = (room: string): number => depths.get(room) ?? NaN
  const rooms = new Set(Array.from(imports.keys(), roomOf))
  const offences = [
    ...[...rooms].filter((room) => !depths.has(room)).map((room) => `${room} has no floor`),
    ...[...depths.keys()].filter((room) => !rooms.has(room)).map((room) => `${room} has a floor, but does not exist`),
  ]
  for (const [source, imported] of imports) {
    const from = roomOf(source)
    for (const { specifier, target } of imported) {
      const to = roomOf(target)
      if (to === from) continue
      if (depthOf(to) < depthOf(from)) offences.push(`${source} imports ${specifier}, but ${to} is above ${from}`)
      else if (depthOf(to) === depthOf(from)) offences.push(`${source} imports ${specifier}, but ${to} is beside ${from}`)
    }
  }
  return offences
}

function roomOf(source: string): string {
  return /^[^/]+\/?/.exec(source)?.[0] ?? source
}

/** The rooms of a directory as a table in Markdown. Floors are counted from the ground. */
export function drawMap(floors: readonly Floor[]): string {
  const rows = floors.flatMap((floor, depth) =>
    Object.entries(floor).map(([room, purpose]) => `| ${floors.length - depth} | \`${room}\` | ${purpose} |`),
  )
  return ['| Floor | Room | Purpose |', '| --- | --- | --- |', ...rows, ''].join('\n')
}
