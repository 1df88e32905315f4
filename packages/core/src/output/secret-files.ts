import picomatch from 'picomatch'

/** Names under which credentials are commonly stored, in any folder of the output. */
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

/** Whether a file's name suggests that it contains a secret. Expects a path with `/` separators, and ignores case. */
export const looksSecret: (path: string) => boolean = picomatch(SECRET_FILES, { dot: true, flags: 'is' })
