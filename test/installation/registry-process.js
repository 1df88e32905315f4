// A registry of its own: what it does not have it fetches from the machine's. Prints its address.
// Parameters: a directory for its files, and the address of the machine's registry.

import { join } from 'node:path'
import { runServer } from 'verdaccio'

const [directory = '', upstream = ''] = process.argv.slice(2)

const everyone = { access: '$all', publish: '$all' }

const server = await runServer({
  configPath: join(directory, 'config.yaml'),
  storage: join(directory, 'storage'),
  auth: { htpasswd: { file: join(directory, 'htpasswd'), max_users: -1 } },
  uplinks: { machine: { url: upstream, maxage: '1h', timeout: '60s', max_fails: 100 } },
  packages: {
    'bytenite-*': everyone,
    '*-bytenite': everyone,
    'create-bytenite-app': everyone,
    '**': { access: '$all', proxy: 'machine' },
  },
  log: { type: 'stdout', format: 'pretty', level: 'fatal' },
})

server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`))
