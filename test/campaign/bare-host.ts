import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { incus } from '../e2e/releases/instance.js'
import { poll } from '../../src/waiting/poll.js'
import { aptProxies, CGROUPS, NAMES_RESOLVE } from './container-as-machine.js'

/** A fresh Debian that can be logged in to over SSH and has nothing else: an Incus container that may run containers itself. */
export class BareHost {
  readonly name = `campaign-bare-${randomBytes(3).toString('hex')}`
  /** Path of the private key that it admits. */
  readonly key: string
  address = ''

  /** @param folder - of the test's own */
  constructor(folder: string) {
    this.key = join(folder, 'key')
  }

  async begin(): Promise<void> {
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', this.key])
    await incus('launch', 'cul8er/debian', this.name, '--config', 'security.nesting=true')
    await this.run(NAMES_RESOLVE)
    await this.run(CGROUPS)
    await this.run(`printf '%s\\n' "$1" >/etc/apt/apt.conf.d/90campaign`, await aptProxies())
    const install = 'apt-get -qq -y --no-install-recommends install openssh-server sudo'
    await this.run(`export DEBIAN_FRONTEND=noninteractive; apt-get -qq update && ${install} >/dev/null 2>&1`)
    await this.admit('root', '/root')
    this.address = await this.ownAddress()
  }

  /** Adds a login of a person, who may use sudo only where that is said. */
  async addUser(user: string, { sudo }: { sudo: boolean }): Promise<void> {
    await this.run(`useradd --create-home --shell /bin/bash "$1"`, user)
    if (sudo) await this.run(`echo "$1 ALL=(ALL) NOPASSWD: ALL" >"/etc/sudoers.d/$1"`, user)
    await this.admit(user, `/home/${user}`)
  }

  /** What a script prints there, as root. @throws ExecaError */
  async run(script: string, ...args: string[]): Promise<string> {
    const words = ['exec', this.name, '--', 'bash', '-c', script, 'bash', ...args]
    return (await execa('incus', words, { stdin: 'ignore', timeout: 5 * 60_000 })).stdout
  }

  async remove(): Promise<void> {
    await execa('incus', ['delete', '--force', this.name], { reject: false })
  }

  private async admit(user: string, home: string): Promise<void> {
    const key = await readFile(`${this.key}.pub`, 'utf8')
    const write = 'install -d -m 700 -o "$1" -g "$1" "$2/.ssh" && printf %s "$3" >"$2/.ssh/authorized_keys"'
    await this.run(`${write} && chown "$1" "$2/.ssh/authorized_keys"`, user, home, key)
  }

  private async ownAddress(): Promise<string> {
    const look = async () => /^[\d.]+/.exec(await incus('list', this.name, '--format=csv', '--columns=4'))?.[0]
    const found = await poll(look, { everyMs: 200, withinMs: 20_000 })
    if (found === undefined) throw new Error(`${this.name} has no address`)
    return found
  }
}
