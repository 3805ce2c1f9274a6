import { execa } from 'execa'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a person sees of a command, and how it ended. */
export interface Seen {
  exit: number
  /** Lines as they were written: one that the terminal wrapped is one. */
  lines: string[]
}

/** A terminal of a width, in which commands run and prompts are answered; tmux is it. */
export class TerminalScreen {
  readonly #folder = mkdtempSync(join(tmpdir(), 'cul8er-screen-'))
  readonly #socket = join(this.#folder, 'tmux')
  #count = 0

  constructor(
    readonly columns: number,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /**
   * Runs a line of a shell in a folder.
   * @param answers - what is typed once the screen shows a text
   */
  async run(line: string, folder: string, answers: readonly [shows: string, types: string][] = []): Promise<Seen> {
    const before = `s${this.#count}`
    const session = `s${(this.#count += 1)}`
    const size = ['-x', String(this.columns), '-y', '200']
    const script = `cd "$1" && { ${line}; }; printf '\\n[exit %s]\\n' "$?"; exec sleep 600`
    await this.#tmux('new-session', '-d', '-s', session, ...size, 'sh', '-c', script, 'sh', folder)
    // Only now: the server ends with its last session, and one that is about to end takes no new one.
    if (this.#count > 1) await this.#tmux('kill-session', '-t', before)
    const waiting = [...answers]
    const deadline = Date.now() + 120_000
    for (;;) {
      const text = await this.#tmux('capture-pane', '-p', '-J', '-t', session)
      const [next] = waiting
      if (next !== undefined && text.includes(next[0])) {
        await this.#tmux('send-keys', '-t', session, next[1])
        waiting.shift()
      }
      const [shown, exit] = text.split(/^\[exit (\d+)\]$/m)
      if (shown !== undefined && exit !== undefined) {
        return {
          exit: Number(exit),
          lines: shown
            .trimEnd()
            .split('\n')
            .map((each) => each.trimEnd()),
        }
      }
      if (Date.now() > deadline) throw new Error(`${line} did not end; the screen shows:\n${text}`)
      await sleep(100)
    }
  }

  /** Returns once all that ran in it has ended. */
  async close(): Promise<void> {
    const pids = await this.#tmux('list-panes', '-a', '-F', '#{pid} #{pane_pid}').catch(() => '')
    await this.#tmux('kill-server').catch(() => undefined)
    const left = (): boolean => pids.split(/\s+/).some((pid) => pid !== '' && existsSync(`/proc/${pid}`))
    for (const until = Date.now() + 10_000; left() && Date.now() < until;) await sleep(20)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #tmux(...args: string[]): Promise<string> {
    const { stdout } = await execa('tmux', ['-S', this.#socket, '-f', '/dev/null', ...args], {
      env: { ...this.env, TERM: 'xterm-256color' },
      stdin: 'ignore',
      timeout: 20_000,
    })
    return stdout
  }
}
