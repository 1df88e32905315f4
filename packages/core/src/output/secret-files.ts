import picomatch from 'picomatch'
import { readSelected, type SelectedFile } from './selected-file.js'

/** Names under which credentials are commonly stored, in any folder of the output. */
const SECRET_FILES: string[] = [
  // Variables of an environment.
  '**/{.env*,*.env,.envrc}',
  '**/.dev.vars*',
  // Package managers and registries.
  '**/{.npmrc,.yarnrc*,.pypirc,.dockercfg,.dockerconfigjson}',
  '**/.docker/config.json',
  '**/.{cargo,gem}/credentials{,.toml}',
  '**/.composer/auth.json',
  '**/.m2/settings{,-security}.xml',
  '**/.gradle/gradle.properties',
  // Networks, shells and version control.
  '**/{.,_}netrc',
  '**/{.htpasswd,.git-credentials,.vault-token,.pgpass,.my.cnf}',
  '**/.{git,ssh,gnupg}/**',
  '**/.config/gh/hosts.yml',
  '**/.{bash,zsh,sh,ksh,csh,fish,python,node_repl,psql,mysql,sqlite,rediscli,mongo}_history',
  '**/{.history,fish_history,.irb_history,ConsoleHost_history.txt}',
  // Clouds and clusters.
  '**/.{aws,azure,oci,kube}/**',
  '**/.config/{gcloud,rclone}/**',
  '**/{.boto,.s3cfg,.databrickscfg,rclone.conf}',
  '**/*.tfstate{,.*}',
  '**/{.terraformrc,terraform.rc,credentials.tfrc.json}',
  '**/{application_default_,}credentials.json',
  '**/{service-account,service_account,serviceAccount}*.json',
  // Keys.
  '**/id_{rsa,dsa,ecdsa,ed25519}*',
  '**/*.{kdbx,asc,gpg}',
  '**/*.{key,p8,p12,pfx,jks,keystore,ppk}',
]

/** All of them as one expression, which takes half the time of one after the other. */
const SECRET_NAME = new RegExp(SECRET_FILES.map((glob) => picomatch.makeRe(glob, { dot: true }).source).join('|'), 'is')

/** What editors make of a file's name: `name~`, `name.bak`, `#name#`, `.#name`, and `.name.swp`. */
const BACKUP = /(?:~|\.(?:bak|backup|old|orig|save|tmp|sw[a-p])|#)$|^#|^\.#/gi

/**
 * Whether a file's name suggests that it contains a secret, or that an editor made it of such a file. Expects a path with
 * `/` separators, and ignores case.
 */
export function looksSecret(path: string): boolean {
  if (SECRET_NAME.test(path)) return true
  const start = path.lastIndexOf('/') + 1
  const name = path.slice(start)
  const original = name.replace(BACKUP, '')
  if (original === name) return false
  const folder = path.slice(0, start)
  // A swap file has a dot of its own before the name.
  return [original, original.replace(/^\./, '')].some((candidate) => SECRET_NAME.test(folder + candidate) || mayHoldKey(candidate))
}

/** Whether a file's name says that it holds a certificate, a public key, or a private one. */
export function mayHoldKey(path: string): boolean {
  return /\.pem$/i.test(path)
}

/** Bytes; collections of certificates are larger than any file with a key, but not much. */
const MAX_PEM_SIZE = 4_000_000

/** Whether a file holds a private key in PEM. */
export function holdsPrivateKey(file: SelectedFile): boolean {
  return readSelected(file, MAX_PEM_SIZE).includes('PRIVATE KEY-----')
}
