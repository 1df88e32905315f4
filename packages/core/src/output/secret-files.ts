import picomatch from 'picomatch'

/** Files that hold credentials by custom, wherever they are in the output. */
const SECRET_FILES: string[] = [
  '**/.env*',
  '**/.envrc',
  '**/.dev.vars*',
  '**/.npmrc',
  '**/.yarnrc*',
  '**/.netrc',
  '**/.pypirc',
  '**/.htpasswd',
  '**/.git-credentials',
  '**/.git/**',
  '**/.ssh/**',
  '**/.aws/**',
  '**/.docker/config.json',
  '**/id_{rsa,dsa,ecdsa,ed25519}*',
  '**/.vault-token',
  '**/.pgpass',
  '**/credentials.json',
  '**/{service-account,service_account,serviceAccount}*.json',
  '**/*.{kdbx,asc,gpg}',
  '**/*.{pem,key,p12,pfx,jks,keystore,ppk}',
]

/** Whether a path, with `/` between its parts, looks like that of a file with a secret: in any case, in a folder of any name. */
export const looksSecret: (path: string) => boolean = picomatch(SECRET_FILES, { dot: true, flags: 'is' })
