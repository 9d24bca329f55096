import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { run, runs } from './run.ts'
import { freePort, type RedisServer, startRedis } from './server.ts'

/** A server that speaks TLS alone. `ca` is the certificate a client has to trust, in PEM. */
export interface TlsRedisServer extends RedisServer {
  readonly ca: string
}

/** Starts a TLS server with a certificate of its own for 127.0.0.1 and localhost. Needs the openssl command. */
export async function startTlsRedis(args: readonly string[] = []): Promise<TlsRedisServer> {
  if (!(await runs('openssl', ['version']))) {
    throw new Error('A TLS server needs the openssl command to make its certificate. Install openssl.')
  }
  const files = await makeCertificate()
  const port = await freePort()
  const tls = ['cert', 'key', 'ca-cert'].flatMap(kind => [
    `--tls-${kind}-file`,
    kind === 'key' ? 'key.pem' : 'cert.pem',
  ])
  const server = await startRedis(['--tls-port', `${port}`, ...tls, '--tls-auth-clients', 'no', ...args], {
    port: 0,
    files,
  })
  return { ...server, port, url: `rediss://127.0.0.1:${port}`, ca: files['cert.pem'] }
}

async function makeCertificate(): Promise<{ 'key.pem': string; 'cert.pem': string }> {
  const dir = await mkdtemp(join(tmpdir(), 'tiercache-tls-'))
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  try {
    await run('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert])
    return { 'key.pem': await readFile(key, 'utf8'), 'cert.pem': await readFile(cert, 'utf8') }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
