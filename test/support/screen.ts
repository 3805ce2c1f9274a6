import { execa } from 'execa'
import { mkdtempSync, rmSync } from 'node:fs'
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
    const session = `s${(this.#count += 1)}`
    const size = ['-x', String(this.columns), '-y', '200']
    const script = `cd "$1" && { ${line}; }; printf '\\n[exit %s]\\n' "$?"; exec sleep 600`
    await this.#tmux('new-session', '-d', '-s', session, ...size, 'sh', '-c', script, 'sh', folder)
    const waiting = [...answers]
    const deadline = Date.now() + 120_000
    for (;;) {
      const text = await this.#tmux('capture-pane', '-p', '-J', '-t', session)
      const [next] = waiting
      if (next !== undefined && text.includes(next[0])) {
        await this.#tmux('send-keys', '-t', session, next[1])
        waiting.shift()
      }
      const [before, exit] = text.split(/^\[exit (\d+)\]$/m)
      if (before !== undefined && exit !== undefined) {
        await this.#tmux('kill-session', '-t', session)
        return {
          exit: Number(exit),
          lines: before
            .trimEnd()
            .split('\n')
            .map((each) => each.trimEnd()),
        }
      }
      if (Date.now() > deadline) throw new Error(`${line} did not end; the screen shows:\n${text}`)
      await sleep(100)
    }
  }

  async close(): Promise<void> {
    await this.#tmux('kill-server').catch(() => undefined)
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
