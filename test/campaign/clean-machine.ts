import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { incus } from '../e2e/releases/instance.js'
import { showOnFailure } from '../support/shown-on-failure.js'
import { aptProxies, CGROUPS, NAMES_RESOLVE } from './container-as-machine.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Ran {
  exit: number
  stdout: string
  stderr: string
}

/** A fresh Debian with nothing of ours on it: an Incus container that may run containers itself. */
export class CleanMachine {
  readonly name = `campaign-walk-${randomBytes(3).toString('hex')}`
  private readonly folder = mkdtempSync(join(tmpdir(), 'cul8er-walk-'))
  private env: Record<string, string> = {}

  /** Up to where a reader of the README begins. */
  async begin(): Promise<void> {
    await incus('launch', 'cul8er/debian', this.name, '--config', 'security.nesting=true')
    await this.must(NAMES_RESOLVE)
    await this.mayRunContainers()
    await this.reachesWhatThisMachineReaches()
    await this.must('apt-get -qq update && apt-get -qq -y install sudo >/dev/null')
    // sudo begins with an environment of its own.
    await this.must(`echo 'Defaults env_keep += "${Object.keys(this.env).join(' ')}"' >/etc/sudoers.d/campaign`)
  }

  /** What a container lacks as a host of containers, and a machine of its own does not. */
  private async mayRunContainers(): Promise<void> {
    // A part of the ids that it was given itself.
    await this.must('for file in /etc/subuid /etc/subgid; do echo root:1000000:900000000 >$file; done')
    await this.must(CGROUPS)
  }

  /** Certificates, proxies and registries of this machine, as far as it has any of its own. */
  private async reachesWhatThisMachineReaches(): Promise<void> {
    const { NODE_EXTRA_CA_CERTS: authorities } = process.env
    if (authorities !== undefined && existsSync(authorities)) {
      await this.push(authorities, '/root/authorities.crt')
      await this.must('echo cafile=/root/authorities.crt >>/root/.npmrc')
      for (const name of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE']) this.env[name] = '/root/authorities.crt'
    }
    await this.must(`printf '%s\\n' "$1" >/etc/apt/apt.conf.d/90campaign`, await aptProxies())
    for (const key of ['registry', 'proxy', 'https-proxy']) {
      const { stdout: value } = await execa('npm', ['config', 'get', key], { cwd: this.folder })
      if (value !== '' && value !== 'null') await this.must('echo "$1" >>/root/.npmrc', `${key}=${value}`)
    }
  }

  /** Packs the package as it would be published, and gives its path in the container. */
  async package(): Promise<string> {
    await execa('npm', ['pack', '--pack-destination', this.folder], { cwd: root, stdin: 'ignore' })
    const [file = ''] = readdirSync(this.folder)
    await this.push(join(this.folder, file), '/root/cul8er.tgz')
    return '/root/cul8er.tgz'
  }

  /**
   * Temporal's release is fetched from GitHub. Where that is out of reach, building it would take longer than all the rest: then it
   * is this machine's.
   * @returns whether the container fetches it by itself
   */
  async fetchesTemporal(): Promise<boolean> {
    const { exit } = await this.run('curl --silent --head --max-time 10 https://github.com >/dev/null')
    if (exit === 0) return true
    const { stdout } = await execa(join(root, 'scripts/setup/temporal'))
    await this.push(stdout.trim(), '/usr/local/bin/temporal')
    return false
  }

  /** Runs a line as root in a shell of its own, without a terminal. */
  async run(line: string, { cwd = '/root', args = [] as string[] } = {}): Promise<Ran> {
    const env = Object.entries({ HOME: '/root', NO_COLOR: '1', ...this.env }).flatMap(([k, v]) => [
      '--env',
      `${k}=${v}`,
    ])
    const { exitCode, stdout, stderr } = await execa(
      'incus',
      ['exec', this.name, '--cwd', cwd, ...env, '--', 'bash', '-c', line, 'bash', ...args],
      { reject: false, stdin: 'ignore', timeout: 10 * 60_000 },
    )
    if (exitCode !== 0) showOnFailure(`${line}: exit ${exitCode ?? -1}\n${stdout}${stderr}`)
    return { exit: exitCode ?? -1, stdout, stderr }
  }

  private async must(script: string, ...args: string[]): Promise<void> {
    const { exit, stdout, stderr } = await this.run(script, { args })
    if (exit !== 0) throw new Error(`${script}: exit ${exit}\n${stdout}${stderr}`)
  }

  private async push(from: string, to: string): Promise<void> {
    await incus('file', 'push', '--quiet', from, `${this.name}${to}`)
  }

  async write(path: string, text: string): Promise<void> {
    await this.must('printf %s "$2" >"$1"', path, text)
  }

  async remove(): Promise<void> {
    await execa('incus', ['delete', '--force', this.name], { reject: false })
    rmSync(this.folder, { recursive: true, force: true })
  }
}
