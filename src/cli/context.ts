import type { Cul8er } from '../client/index.js'
import type { Output } from './output.js'
import { palette, type Palette } from './palette.js'
import { laidOut } from './render/wrapped.js'
import { visibly } from './visible.js'

/** What the options before and after every command say. */
export interface GlobalOptions {
  json?: boolean
  quiet?: boolean
  file?: string
  address?: string
  namespace?: string
}

/** Where a command reads and writes; a test gives its own. */
export interface Terminal {
  env: NodeJS.ProcessEnv
  cwd: string
  /** Both ends are a terminal: a person can be asked. */
  interactive: boolean
  stdout: Output
  stderr: Output
  stdin: NodeJS.ReadableStream
}

/** What a command has at hand. */
export class Context {
  readonly colors: Palette
  /** What is written to it is seen and not obeyed. */
  readonly terminal: Terminal

  constructor(
    private readonly raw: Terminal,
    readonly options: GlobalOptions,
    /** As typed, for the history: `--force`, `--version 1.2.0`. */
    readonly typed: string[] = [],
  ) {
    this.terminal = { ...raw, stdout: visibly(raw.stdout), stderr: visibly(raw.stderr) }
    this.colors = palette(this.progress, raw.env)
  }

  get json(): boolean {
    return this.options.json === true
  }

  /** Progress and remarks go here: `--json` keeps standard output for its one object. */
  get progress(): Output {
    return this.json ? this.terminal.stderr : this.terminal.stdout
  }

  /** Where progress goes, for what is drawn again in place. */
  get screen(): Output {
    return this.json ? this.raw.stderr : this.raw.stdout
  }

  /** Width of the terminal; one that does not know it says 0. */
  get columns(): number {
    return this.progress.columns || 80
  }

  /** A line of progress, left out with `--quiet`. */
  say(line: string): void {
    if (this.options.quiet !== true) this.progress.write(`${line}\n`)
  }

  /** Prose of progress, laid out for the terminal that it goes to. */
  tell(text: string): void {
    this.say(laidOut(text, this.progress))
  }

  /** The answer: as an object with `--json`, else as text. */
  answer(object: object, text: string): void {
    if (this.json) this.terminal.stdout.write(`${JSON.stringify(object)}\n`)
    else if (text !== '') this.terminal.stdout.write(`${text}\n`)
  }

  /** @throws Cul8erError SERVICE */
  async connect(): Promise<Cul8er> {
    const { Cul8er } = await import('../client/index.js')
    const { address, namespace } = this.options
    const typed = { directory: this.terminal.cwd, options: this.typed }
    return Cul8er.connect({ address, namespace, env: this.terminal.env, typed })
  }

  /** Connects for the time of one task. */
  async connected<T>(task: (cul8er: Cul8er) => Promise<T>): Promise<T> {
    const cul8er = await this.connect()
    try {
      return await task(cul8er)
    } finally {
      await cul8er.close()
    }
  }
}
