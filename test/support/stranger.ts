import { execFileSync, spawn, type ChildProcess } from 'node:child_process'

/** Where a second user can be made. A test that needs one says so by name where it cannot. */
export const canMakeUsers = process.platform === 'linux' && process.getuid?.() === 0

/** Another user of this machine, for as long as a test lasts. */
export class Stranger {
  readonly #children: ChildProcess[] = []
  private constructor(
    readonly name: string,
    readonly uid: number,
  ) {}

  static make(name: string): Stranger {
    try {
      execFileSync('useradd', ['--no-create-home', '--shell', '/bin/sh', name], { stdio: 'pipe' })
    } catch (error) {
      // Left by a run that was killed.
      if ((error as { status?: number }).status !== 9) throw error
    }
    return new Stranger(name, Number(execFileSync('id', ['-u', name], { encoding: 'utf8' })))
  }

  /** Starts a program with this user's rights and none else. */
  start(file: string, args: string[]): ChildProcess {
    const rights = [`--reuid=${this.uid}`, `--regid=${this.uid}`, '--clear-groups', '--inh-caps=-all']
    const child = spawn('setpriv', [...rights, file, ...args], {
      stdio: 'ignore',
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
    })
    this.#children.push(child)
    return child
  }

  async remove(): Promise<void> {
    await Promise.all(
      this.#children
        .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
        .map((child) => new Promise((resolve) => (child.once('exit', resolve), child.kill('SIGKILL')))),
    )
    execFileSync('userdel', [this.name], { stdio: 'pipe' })
  }
}
