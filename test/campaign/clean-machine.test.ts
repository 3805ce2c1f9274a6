import { afterAll, beforeAll, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { CleanMachine } from './clean-machine.js'
import { typedIn, type Typed } from './page.js'

/*
 * From the README to a first deploy on a fresh Debian, with the package as it would be published: Node, Incus, images and all come the way
 * the pages say.
 */

const machine = new CleanMachine()
let tarball = ''

beforeAll(async () => {
  await machine.begin()
  tarball = await machine.package()
}, 300_000)
afterAll(() => machine.remove(), 120_000)

/** In the words of the README, for a Debian whose Node is too old. */
const NODE = /`(sudo apt-get install [^`]+)`/.exec(readFileSync('README.md', 'utf8'))?.[1]

test('Node comes as the README says', { timeout: 600_000 }, async () => {
  // Nobody is there to ask.
  const { exit } = await machine.run(
    `export DEBIAN_FRONTEND=noninteractive; ${NODE?.replace('install', 'install -qq -y')}`,
  )
  expect(exit).toBe(0)
  const version = await machine.run('node --version')
  expect(Number(/^v(\d+)/.exec(version.stdout)?.[1])).toBeGreaterThanOrEqual(20)
})

test('the README, line by line', { timeout: 900_000 }, async () => {
  const [install, ...rest] = [...typedIn('README.md', 'Install'), ...typedIn('README.md', 'A first deploy')]
  expect(install).toMatchObject({ text: 'npm install -g cul8er' })
  expect(await machine.run(`npm install -g ${tarball}`)).toMatchObject({ exit: 0 })
  await machine.fetchesTemporal()
  const found = await walk(rest)
  expect(found.filter(({ exit, wanted }) => exit !== wanted)).toEqual([])
  expect(found.find(({ line }) => line === 'cul8er status')?.stdout).toContain('hello: healthy')
})

test('the first deploy, line by line: what was deployed answers', { timeout: 900_000 }, async () => {
  const sections = ['A release', 'A topology', 'Deploy', 'Update', 'Go back', 'A version that is broken']
  const found = await walk([...sections, 'What others change', 'Remove it'].flatMap((each) => typedIn(PAGE, each)))
  expect(found.filter(({ exit, wanted }) => exit !== wanted)).toEqual([])
  expect(found.filter(({ line }) => line.startsWith('curl ')).map(({ stdout }) => stdout.trim())).toEqual([
    ...['hello from 1.0.0', 'hello from 1.1.0', 'hello from 1.0.0'],
  ])
})

test('the service as a unit of systemd', { timeout: 600_000 }, async () => {
  const must = async (line: string): Promise<string> => {
    const { exit, stdout } = await machine.run(line, { cwd: '/root/unit' })
    expect([line, exit]).toEqual([line, 0])
    return stdout
  }
  const active = async (): Promise<string> => (await machine.run('systemctl is-active cul8er.service')).stdout
  const mainPid = () => must('systemctl show --property=MainPID --value cul8er.service')
  await machine.run('mkdir /root/unit')
  await machine.write('/root/unit/cul8er.config.yaml', UNIT_TOPOLOGY)

  await must('cul8er service stop --yes')
  const installed = await must('cul8er service install')
  for (const next of installed.matchAll(/^→ (systemctl .*)$/gm)) await must(next[1] ?? '')
  expect(await active()).toBe('active')
  await must('systemd-analyze verify /etc/systemd/system/cul8er.service')
  await must('cul8er deploy --yes')
  expect(await must('cul8er status')).toContain('unit: healthy')

  // One that is killed comes back by itself, and so does one that was stopped when it is needed.
  const before = await mainPid()
  await must(`kill -9 ${before}`)
  await expect.poll(async () => [await active(), (await mainPid()) !== before], LONG).toEqual(['active', true])
  await must('cul8er restart unit app --yes')
  await must('cul8er service stop --yes')
  expect(await active()).toBe('inactive')
  await must('cul8er destroy --yes')
  expect(await active()).toBe('active')

  await must('cul8er service uninstall')
  expect(await active()).toBe('inactive')
  expect((await machine.run('test -e /etc/systemd/system/cul8er.service')).exit).toBe(1)
  expect((await machine.run('grep -lx temporal /proc/[0-9]*/comm')).stdout).toBe('')
})

const UNIT_TOPOLOGY = `name: unit
hosts: { here: { address: localhost, platform: debian } }
resources:
  app: { image: cul8er/tiny }
`
const LONG = { timeout: 60_000, interval: 1_000 }

const PAGE = 'docs/first-deploy.md'

interface Walked {
  line: string
  exit: number
  /** What the pages say of it. */
  wanted: number
  stdout: string
  stderr: string
}

/** One after another, each in a shell of its own, in the folder that the one before it went to. */
async function walk(typed: readonly Typed[]): Promise<Walked[]> {
  const found: Walked[] = []
  let cwd = '/root'
  for (const each of typed) {
    if (each.kind === 'file') {
      await machine.write(`${cwd}/${each.name}`, each.text)
      continue
    }
    const line = /^cul8er (deploy|destroy)$/.test(each.text) ? `${each.text} --yes` : each.text
    const { exit, stdout, stderr } = await machine.run(line, { cwd })
    found.push({ line, exit, wanted: wantedOf(line), stdout, stderr })
    if (exit !== wantedOf(line)) break
    const folder = / cd (\S+)$/.exec(line)?.[1]
    if (folder !== undefined) cwd = `${cwd}/${folder}`
  }
  return found
}

/** A plan with changes ends with 2; what was rolled back, with 4. */
const wantedOf = (line: string): number => (line === 'cul8er plan' ? 2 : line.includes('--version 1.2.0') ? 4 : 0)
