import { execaSync } from 'execa'
import { readdirSync, writeFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { processesOf } from '../../support/processes.js'
import { TerminalScreen } from '../../support/screen.js'
import { Home } from '../service/home.js'

/*
 * What a person sees from the first plan to the removal, in a wide and in a narrow terminal, beside what was approved (`-u` approves
 * anew). Times and what a run makes up are replaced by words.
 */

const hasTmux = execaSync('tmux', ['-V'], { reject: false }).exitCode === 0

describe.skipIf(!hasTmux).each([100, 60])('the walk at %i columns (needs tmux)', (columns) => {
  const home = new Home()
  let screen: TerminalScreen
  const walked: string[] = []
  /** Lines that we lay out and that are too long nevertheless. */
  const tooLong: string[] = []

  beforeAll(async () => {
    screen = new TerminalScreen(columns, {
      PATH: process.env.PATH,
      HOME: home.folder,
      CUL8ER_HOME: home.path,
      CUL8ER_SERVICE_PORT: '17360',
      CUL8ER_UI_PORT: '18360',
      TEMPORAL_CLI: process.env.TEMPORAL_CLI,
      LANG: 'C.UTF-8',
      TZ: 'UTC',
    })
    declare('hi')
    await home.cul8er(['service', 'start'])
  })
  afterAll(async () => {
    await screen.close()
    await home.remove()
  })

  function declare(greeting: string): void {
    writeFileSync(
      join(home.folder, 'cul8er.config.yaml'),
      `name: shop
hosts: { one: { address: localhost, platform: emulated } }
resources:
  db: { on: one, image: images:debian/12, stateful: true, volumes: { data: { path: /var/lib/db } } }
  web: { on: one, image: images:alpine/3.19, replicas: 3, environment: { GREETING: ${greeting} } }
strategy: { approach: rolling, maxParallel: 1 }
`,
    )
  }

  async function walk(line: string, exit: number, answers: [string, string][] = []): Promise<void> {
    const bin = process.env.CUL8ER_BIN ?? join(process.cwd(), 'bin', 'cul8er')
    const seen = await screen.run(line.replace(/^cul8er/, bin), home.folder, answers)
    walked.push(`$ ${line}`, ...inOneOrder(rejoined(seen.lines).map((each) => plain(each, home))), '')
    const long = seen.lines.filter((each) => each.length > columns && !/^ *\S+$/.test(each))
    // Tables are as wide as what is in them.
    if (!/status|history|list/.test(line)) tooLong.push(...long.map((each) => `${line}: ${each}`))
    expect([line, seen.exit, seen.exit === exit ? '' : seen.lines.join('\n')]).toEqual([line, exit, ''])
  }

  it('shows what was approved', { timeout: 400_000 }, async () => {
    await walk('cul8er validate', 0)
    await walk('cul8er plan', 2)
    await walk('cul8er deploy', 0, [['Deploy shop?', 'y']])
    await walk('cul8er status', 0)
    declare('hello')
    await walk('cul8er plan', 2)
    await walk('cul8er deploy', 0, [['Deploy shop?', 'y']])
    await walk('cul8er history', 0)
    await walk('cul8er rollback', 1, [['Roll shop back to revision 1?', 'n']])
    await walk('cul8er destroy', 0, [['Remove all instances', 'y']])
    await walk('cul8er state list', 0)
    await expect(`${walked.join('\n')}`).toMatchFileSnapshot(`approved/walk-${columns}.txt`)
    expect(tooLong).toEqual([])
  })

  it('leaves the machine as it was before', async () => {
    expect((await home.cul8er(['orphans'])).stdout).toBe('no orphans on one')
    expect((await home.cul8er(['service', 'stop', '--yes'])).stdout).toBe('the service has stopped')
    await screen.close()
    expect(processesOf(home.path)).toEqual([])
    // The command keeps nothing outside of its home but what it compiled and downloaded.
    expect(readdirSync(home.folder).filter((name) => !['home', '.cache'].includes(name))).toEqual([
      'cul8er.config.yaml',
    ])
  })
})

/** Where a line ends that tells of times and addresses depends on how long these are. */
function rejoined(lines: readonly string[]): string[] {
  const whole: string[] = []
  for (const line of lines) {
    const before = whole.at(-1)
    const goesOn = /^ {2}[^ +~!↓-]/.test(line) && before !== undefined && /^(✔|op-|shop goes) ?/.test(before)
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
    .replaceAll(/\d{4}-\d\d-\d\d/g, 'DATE')
    .replaceAll(/\d\d:\d\d:\d\d \S+/g, 'TIME')
    .replaceAll(/\b(\d+ h )?(\d+ m )?\d+(\.\d+)? s\b/g, 'N s')
    .replaceAll(/http:\/\/127\.[\d.]+:\d+\S*/g, 'URL')
    .replaceAll(/\b127(\.\d+){3}\b/g, 'ADDRESS')
    .replaceAll(`${userInfo().username}@${hostname()}`, 'USER')
    .replaceAll(/ {2,}(?=\S)/g, (spaces, at: number) => (at === 0 ? spaces : '  '))
