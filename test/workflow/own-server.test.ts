import { spawn, type ChildProcess } from 'node:child_process'
import { openSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server } from 'node:tls'
import { fileURLToPath } from 'node:url'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emulatorControl } from '../../src/emulator/client.js'
import { shop } from '../support/shop.js'
import { localServer } from '../support/temporal.js'

const cli = fileURLToPath(new URL('../../bin/cul8er', import.meta.url))

/* A Temporal server that lets in who has a certificate: the dev server behind mutual TLS. */

describe('a Temporal server of your own, by its profile', () => {
  let folder: string
  let env: TestWorkflowEnvironment
  let gate: Server
  let worker: ChildProcess

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cul8er-own-'))
    env = await localServer()
    await certificate('ca', 'basicConstraints=critical,CA:TRUE')
    for (const name of ['server', 'client'])
      await certificate(name, 'basicConstraints=CA:FALSE', '-CA', at('ca.crt'), '-CAkey', at('ca.key'))
    const [host, port] = env.address.split(':')
    gate = createServer(
      {
        key: await readFile(at('server.key')),
        cert: await readFile(at('server.crt')),
        ca: await readFile(at('ca.crt')),
        requestCert: true,
        rejectUnauthorized: true,
        ALPNProtocols: ['h2'],
      },
      (inner) => {
        const outer = connect(Number(port), host)
        inner.pipe(outer).pipe(inner)
        for (const [end, other] of [[inner, outer] as const, [outer, inner] as const]) {
          end.on('error', () => other.destroy())
        }
      },
    ).listen(0, '127.0.0.1')
    await new Promise((resolve) => gate.once('listening', resolve))
    const profile = (name: string, tls: string): string =>
      `[profile.${name}]\naddress = "localhost:${(gate.address() as AddressInfo).port}"\nnamespace = "default"\n` +
      `[profile.${name}.tls]\nserver_ca_cert_path = "${at('ca.crt')}"\n${tls}`
    const own = `client_cert_path = "${at('client.crt')}"\nclient_key_path = "${at('client.key')}"\n`
    await writeFile(at('temporal.toml'), profile('team', own) + profile('stranger', ''))
    const declared = shop('', {
      name: 'own',
      web: { deploy: undefined, network: undefined, replicas: 1 },
      strategy: {},
    })
    await writeFile(at('own.json'), JSON.stringify({ ...(declared as object), strategy: {} }))
  })
  afterAll(async () => {
    worker?.kill()
    gate?.close()
    await emulatorControl(join(folder, 'emulator')).stop()
    await env?.teardown()
    await rm(folder, { recursive: true, force: true })
  })

  const at = (name: string): string => join(folder, name)
  const certificate = (name: string, extension: string, ...signed: string[]) =>
    execa('openssl', [
      ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' '),
      ...['-subj', `/CN=${name}`, '-addext', extension, '-addext', 'subjectAltName=DNS:localhost'],
      ...['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`), ...signed],
    ])
  const environment = (profile: string) => ({
    CUL8ER_HOME: folder,
    CUL8ER_SEAL_KEY: Buffer.alloc(32, 7).toString('base64'),
    TEMPORAL_CONFIG_FILE: at('temporal.toml'),
    TEMPORAL_PROFILE: profile,
  })
  const cul8er = (profile: string, ...args: string[]) =>
    execa(cli, ['--json', ...args, '-f', at('own.json')], { env: environment(profile), reject: false, stdin: 'ignore' })

  it('a command and a worker with the certificate deploy', async () => {
    const log = openSync(at('worker.log'), 'a')
    worker = spawn(cli, ['worker'], { env: { ...process.env, ...environment('team') }, stdio: ['ignore', log, log] })
    const { stdout, exitCode } = await cul8er('team', 'deploy', '--yes')
    expect(exitCode, `${stdout}\n${await readFile(at('worker.log'), 'utf8')}`).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ topology: 'own', outcome: 'succeeded' })
  })

  it('without it nobody is let in', async () => {
    const { stdout, exitCode } = await cul8er('stranger', 'status', 'own')
    expect({ exitCode, ...(JSON.parse(stdout) as object) }).toMatchObject({ error: { code: 'SERVICE' } })
  })
})
