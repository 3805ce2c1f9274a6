import { expect } from 'vitest'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { TerminalScreen } from '../../support/screen.js'
import { Home } from '../service/home.js'

/** Commands in a terminal, one after another, with what a person sees of them. Times and what a run makes up are replaced by words. */
export class Walk {
  readonly home = new Home()
  readonly #screen: TerminalScreen
  readonly #walked: string[] = []
  /** Lines that we lay out and that are too long nevertheless. */
  readonly tooLong: string[] = []

  /** @param ports - of Temporal and of the Web UI */
  constructor(
    private readonly columns: number,
    ports: { service: number; ui: number },
  ) {
    this.#screen = new TerminalScreen(columns, {
      PATH: process.env.PATH,
      HOME: this.home.folder,
      CUL8ER_HOME: this.home.path,
      CUL8ER_SERVICE_PORT: String(ports.service),
      CUL8ER_UI_PORT: String(ports.ui),
      TEMPORAL_CLI: process.env.TEMPORAL_CLI,
      LANG: 'C.UTF-8',
      TZ: 'UTC',
    })
  }

  /**
   * Types a line.
   * @param answers - what is typed once the screen shows a text
   */
  async type(line: string, exit: number, answers: [shows: string, types: string][] = []): Promise<void> {
    const bin = process.env.CUL8ER_BIN ?? join(process.cwd(), 'bin', 'cul8er')
    const seen = await this.#screen.run(line.replace(/^cul8er/, bin), this.home.folder, answers)
    const lines = seen.lines.filter((each) => !FIRST_LOOK.test(each))
    this.#walked.push(`$ ${line}`, ...inOneOrder(rejoined(lines).map((each) => plain(each, this.home))), '')
    // Log lines and commands to copy keep to one line each.
    const long = seen.lines.filter((each) => each.length > this.columns && !/^ *\S+$|^→|^ {4}| \| /.test(each))
    // Tables are as wide as what is in them.
    if (!/status|history|list/.test(line)) this.tooLong.push(...long.map((each) => `${line}: ${each}`))
    expect([line, seen.exit, seen.exit === exit ? '' : seen.lines.join('\n')]).toEqual([line, exit, ''])
  }

  /** All that was seen. */
  get text(): string {
    return this.#walked.join('\n')
  }

  async close(): Promise<void> {
    await this.#screen.close()
  }
}

/** What a canary sees is said from its first look on, which may or may not have been. */
const FIRST_LOOK = /^ +\d+ requests?, stable set \d+$/

/** Where a line ends that tells of times and addresses depends on how long these are. */
function rejoined(lines: readonly string[]): string[] {
  const whole: string[] = []
  for (const line of lines) {
    const before = whole.at(-1)
    const goesOn =
      /^ {2}(?!last )[^ +~!↓▶-]/.test(line) && before !== undefined && /^([✔✘] (?!shop:)|op-|shop goes)/.test(before)
    if (goesOn) whole[whole.length - 1] = `${before} ${line.trim()}`
    else whole.push(line)
  }
  return whole
}

/** Steps that are taken side by side end in any order. */
function inOneOrder(lines: readonly string[]): string[] {
  const ordered: string[] = []
  for (const line of lines) {
    const step = /^✔ (delete|prune snapshots) /.exec(line)?.[0]
    let at = ordered.length
    while (step !== undefined && ordered[at - 1]?.startsWith(step) === true && (ordered[at - 1] ?? '') > line) at -= 1
    ordered.splice(at, 0, line)
  }
  return ordered
}

/** Without what differs from run to run; a column is as wide as its longest cell. */
const plain = (line: string, { folder }: Home): string =>
  line
    .replaceAll(folder, '~')
    // A line may end between the two.
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, 'TIMESTAMP')
    .replaceAll(/\d{4}-\d\d-\d\d/g, 'DATE')
    .replaceAll(/\d\d:\d\d:\d\d \S+/g, 'TIME')
    .replaceAll(/\b(\d+ h )?(\d+ m )?\d+(\.\d+)? s\b/g, 'N s')
    .replaceAll(/http:\/\/127\.[\d.]+:\d+\S*/g, 'URL')
    .replaceAll(/\b127(\.\d+){3}\b/g, 'ADDRESS')
    .replaceAll(`${userInfo().username}@${hostname()}`, 'USER')
    .replaceAll(/ {2,}(?=\S)/g, (spaces, at: number) => (at === 0 ? spaces : '  '))
