import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runSuccessfully } from './process.ts'

export interface Certificate {
  key: Buffer
  cert: Buffer
  /** File with the certificate of the authority that signed it. */
  authorityFile: string
}

/**
 * A certificate for these hosts, signed by an authority that was made for it and that nobody trusts.
 * @param cwd where the files of both go
 */
export async function createCertificate(cwd: string, hosts: string[]): Promise<Certificate> {
  const openssl = (line: string): Promise<string> => runSuccessfully('openssl', line.split(' '), { cwd })
  await writeFile(join(cwd, 'names'), `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}\n`)
  await openssl('req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=test-authority')
  await openssl('req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem -subj /CN=test')
  await openssl('x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 -extfile names')
  return {
    key: await readFile(join(cwd, 'key.pem')),
    cert: await readFile(join(cwd, 'cert.pem')),
    authorityFile: join(cwd, 'ca.pem'),
  }
}
