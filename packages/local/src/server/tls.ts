import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { readFileSync, statSync, unwatchFile, watchFile } from 'node:fs'
import type { Server } from 'node:https'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { ConfigurationError } from './configuration.js'
import type { TlsFiles } from './listen-options.js'

/** Milliseconds between two looks at the files. */
const WATCH_INTERVAL = 5_000

type Warn = (message: string) => void

/**
 * Reads a certificate and its key.
 * @param onWarning called for what does not keep them from being used
 * @throws {ConfigurationError} `INVALID_CERTIFICATE` if they cannot be used, or not together
 */
export function readCertificate(files: TlsFiles, onWarning: Warn): SecureContextOptions {
  const [cert, key] = [readPem(files.cert, 'certificate'), readPem(files.key, 'private key')]
  const certificate = parseCertificate(cert, files.cert)
  if (!certificate.checkPrivateKey(parseKey(key, files.key))) {
    throw invalid(`${files.key} is not the key of the certificate ${files.cert}. Name the two files that were issued together.`)
  }
  checkAcceptable({ cert, key }, files.cert)
  if (Date.parse(certificate.validTo) < Date.now()) {
    onWarning(`The certificate ${files.cert} has expired (${certificate.validTo}), so clients refuse it. Renew it.`)
  }
  if (isReadableByAll(files.key)) {
    onWarning(`All users of this machine can read the private key ${files.key}. To change that: chmod o-r ${files.key}`)
  }
  return { cert, key }
}

/**
 * Goes on with the files as they are after a change. If they cannot be used, those from before stay in use.
 * @returns a function that ends it
 */
export function followCertificate(server: Server, files: TlsFiles, onWarning: Warn): () => void {
  const renew = (): void => {
    try {
      server.setSecureContext(readCertificate(files, onWarning))
    } catch (error) {
      onWarning(`${(error as Error).message} The certificate from before stays in use.`)
    }
  }
  const paths = new Set([files.cert, files.key])
  for (const path of paths) watchFile(path, { interval: WATCH_INTERVAL, persistent: false }, renew)
  return () => {
    for (const path of paths) unwatchFile(path, renew)
  }
}

function readPem(file: string, what: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw invalid(`Cannot read the ${what}: ${(error as Error).message}.`, error)
  }
}

function parseCertificate(cert: Buffer, file: string): X509Certificate {
  try {
    return new X509Certificate(cert)
  } catch (error) {
    throw invalid(`${file} is not a certificate in PEM format, which starts with "-----BEGIN CERTIFICATE-----".`, error)
  }
}

function parseKey(key: Buffer, file: string): KeyObject {
  try {
    return createPrivateKey(key)
  } catch (error) {
    if (/^-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(key.toString('latin1'))) {
      throw invalid(`The private key ${file} has a passphrase. Write one without: openssl pkey -in ${file} -out plain.key`, error)
    }
    throw invalid(`${file} is not a private key in PEM format, which starts with "-----BEGIN PRIVATE KEY-----" or similar.`, error)
  }
}

/** OpenSSL does not accept all that it can read, such as keys that are too short. */
function checkAcceptable(options: SecureContextOptions, file: string): void {
  try {
    createSecureContext(options)
  } catch (error) {
    throw invalid(`The certificate ${file} cannot be used: ${(error as Error).message}. Issue another one.`, error)
  }
}

function isReadableByAll(file: string): boolean {
  // Windows has no such permissions.
  return process.platform !== 'win32' && (statSync(file).mode & 0o004) !== 0
}

function invalid(message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError('INVALID_CERTIFICATE', message, { cause })
}
