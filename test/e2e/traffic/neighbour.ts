import { execa } from 'execa'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Status } from '../../../src/client/index.js'
import type { OperationResult } from '../../../src/contracts/index.js'
import { startLoad, type Load } from '../../support/load/load.js'
import type { Home, Ran } from '../service/home.js'
import { writeRelease, type AppKind } from '../strategies/app.js'

/** A public port; with a host name it may be another topology's as well. */
export interface PublicPort {
  as: number
  protocol: 'http' | 'https' | 'tcp'
  host?: string
  certificate?: { cert: string; key: string }
}

/** What of a topology is random. */
export interface Shape {
  approach: 'rolling' | 'blueGreen'
  replicas: number
  /** The first one is there for as long as the topology is. */
  ports: readonly PublicPort[]
}

/** One of several topologies behind the edge of this machine, by the command line. */
export class Neighbour {
  private released = 0
  deployed = false

  constructor(
    private readonly home: Home,
    readonly name: string,
    public shape: Shape,
  ) {}

  get main(): number {
    return this.shape.ports[0]?.as ?? 0
  }

  get file(): string {
    return join(this.home.folder, `${this.name}.json`)
  }

  /** Declares another version of its app. */
  async declare(
    kind: AppKind = 'good',
    more: { ports?: readonly PublicPort[]; deadline?: string } = {},
  ): Promise<void> {
    this.released += 1
    const version = `1.${this.released}.0`
    await writeRelease(join(this.home.folder, 'releases'), version, kind)
    const { approach, replicas, ports } = this.shape
    // One port of an app is passed on byte by byte or as HTTP.
    const expose = [...ports, ...(more.ports ?? [])].map((port) => ({
      port: port.protocol === 'tcp' ? 4001 : 4000,
      ...port,
    }))
    const app = { on: 'here', image: 'cul8er/edge', replicas, network: { expose }, deploy: { release: 'app', version } }
    const strategy = {
      ...{ approach, maxParallel: 2, drain: '5s', ...(approach === 'blueGreen' ? { keep: '0s' } : {}) },
      healthcheck: {
        endpoint: 'http://localhost:4000/health',
        ...{ interval: '100ms', timeout: '2s', retries: 2, minHealthyTime: '200ms', deadline: more.deadline ?? '4s' },
      },
    }
    const hosts = { here: { address: 'localhost', platform: 'debian' } }
    writeFileSync(this.file, JSON.stringify({ name: this.name, hosts, resources: { app }, strategy }))
  }

  run(...args: string[]): Promise<Ran> {
    return this.home.cul8er(args)
  }

  async deploy(...more: string[]): Promise<{ exit: number; result: OperationResult }> {
    const { exit, stdout } = await this.run('deploy', '-f', this.file, '--yes', '--json', ...more)
    const result = JSON.parse(stdout) as OperationResult
    if (result.outcome === 'succeeded') this.deployed = true
    return { exit, result }
  }

  /** Deploys a version that is fine. */
  async serve(): Promise<void> {
    await this.declare()
    expect(await this.deploy()).toMatchObject({ exit: 0, result: { outcome: 'succeeded' } })
    expect((await fetch(`http://127.0.0.1:${this.main}/`)).status).toBe(200)
  }

  async destroy(): Promise<void> {
    const { exit, stdout } = await this.run('destroy', this.name, '--yes', '--json')
    expect([exit, JSON.parse(stdout)]).toMatchObject([0, { outcome: 'succeeded' }])
    this.deployed = false
    expect(await this.instances()).toEqual([])
  }

  async status(): Promise<Status> {
    return JSON.parse((await this.run('status', this.name, '--json')).stdout) as Status
  }

  async instances(): Promise<string[]> {
    const listed = await incus('list', `^${this.name}-`, '-f', 'csv', '-c', 'n')
    return listed.split('\n').filter((line) => line !== '')
  }

  /** A client for each of its ports, or of some. */
  ask(which: (port: PublicPort) => boolean = () => true): Asking[] {
    return this.shape.ports.filter(which).map((port) => new Asking(port, port.as === this.main ? 60 : 10))
  }
}

/** A client of one public port, without end. */
export class Asking {
  private readonly load: Load

  constructor(
    readonly port: PublicPort,
    rate: number,
  ) {
    const { protocol, as, host } = port
    this.load = startLoad({
      url: `${protocol === 'https' ? 'https' : 'http'}://127.0.0.1:${as}`,
      rate,
      headers: host === undefined ? {} : { host },
      mix: [
        { name: 'get', method: 'GET', path: '/', share: 4 },
        { name: 'post', method: 'POST', path: '/', share: 1, body: 'order' },
      ],
      // What is passed on byte by byte is cut at the end of a drain, be it in the middle of a request.
      kept: protocol !== 'tcp',
      serverOf: ({ headers }) => String(headers['x-version']),
    })
  }

  /** How many answers it had, all of them good. */
  async end(during: string): Promise<number> {
    const report = await this.load.stop()
    expect([during, this.port, report.first]).toEqual([during, this.port, []])
    expect([during, this.port, report.failed, report.ok]).toEqual([during, this.port, 0, report.sent])
    return report.ok
  }
}

export const incus = async (...words: string[]): Promise<string> =>
  (await execa('incus', words, { stdin: 'ignore' })).stdout

/** Runs a shell script in the edge. */
export const inEdge = (script: string): Promise<string> => incus('exec', 'cul8er-edge', '--', 'sh', '-c', script)
