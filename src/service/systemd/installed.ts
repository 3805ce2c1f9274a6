import { execa } from 'execa'
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { Cul8erError } from '../../errors.js'
import { MARK, quoted, type Scope, type UnitName } from './units.js'

/** Where a unit is kept. */
export const unitFile = (name: UnitName, scope: Scope, env: NodeJS.ProcessEnv = process.env): string =>
  scope === 'system'
    ? join('/etc/systemd/system', name)
    : join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'systemd', 'user', name)

/**
 * Writes a unit, over one of ours alone.
 * @returns whether anything changed
 * @throws Cul8erError ALREADY_EXISTS for a unit of somebody else, PERMISSION
 */
export async function writeUnit(file: string, text: string): Promise<boolean> {
  const before = readUnit(file)
  if (before === text) return false
  refuseForeignUnit(file, before)
  await permitted(file, async () => {
    mkdirSync(dirname(file), { recursive: true })
    await writeFileAtomic(file, text)
    chmodSync(file, 0o644)
  })
  return true
}

/**
 * Removes a unit of ours, stopped and taken out of the start of the machine where systemd runs it.
 * @returns whether there was one
 * @throws Cul8erError ALREADY_EXISTS for a unit of somebody else, PERMISSION
 */
export async function removeUnit(file: string, name: UnitName, scope: Scope): Promise<boolean> {
  const before = readUnit(file)
  if (before === null) return false
  refuseForeignUnit(file, before)
  const { stdout } = await systemctl(scope, ['show', '--property=FragmentPath', '--value', name])
  if (stdout === file) await systemctl(scope, ['disable', '--now', name])
  await permitted(file, async () => rmSync(file))
  return true
}

/**
 * Has systemd start the embedded service, where a unit of ours is for this home and this build: what systemd started it stops and starts
 * again itself.
 * @returns whether it was started so
 */
export async function startByUnit({ home, main }: { home: string; main: string }): Promise<boolean> {
  for (const scope of ['user', 'system'] as const) {
    const file = unitFile('cul8er.service', scope)
    if (!isUnitOf(readUnit(file), { home, main })) continue
    const { stdout } = await systemctl(scope, ['show', '--property=FragmentPath', '--value', 'cul8er.service'])
    if (stdout !== file) continue
    const { exitCode } = await systemctl(scope, ['--no-ask-password', 'start', '--no-block', 'cul8er.service'])
    if (exitCode === 0) return true
  }
  return false
}

/** The file of the unit that is for a home, in this build; null: there is none. */
export const unitOf = (what: { home: string; main: string }): string | null =>
  (['user', 'system'] as const)
    .map((scope) => unitFile('cul8er.service', scope))
    .find((file) => isUnitOf(readUnit(file), what)) ?? null

/** Whether a unit is ours, and of this home and this build: another would take the service from this one again and again. */
export const isUnitOf = (text: string | null, { home, main }: { home: string; main: string }): boolean =>
  text !== null &&
  text.startsWith(MARK) &&
  text.includes(`\nEnvironment=${quoted(`CUL8ER_HOME=${home}`)}\n`) &&
  (/\nExecStart=(.*)\n/.exec(text)?.[1] ?? '').includes(quoted(main).replaceAll('$', '$$$$'))

function readUnit(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw permission(file, error)
  }
}

function refuseForeignUnit(file: string, text: string | null): void {
  if (text === null || text.startsWith(MARK)) return
  throw new Cul8erError('ALREADY_EXISTS', `${file} is a unit that cul8er did not write`, {
    hint: 'keep it, or move it away first; drop-ins in a folder of its name with .d change a unit of ours',
    details: { file },
  })
}

async function permitted(file: string, change: () => Promise<void>): Promise<void> {
  try {
    await change()
  } catch (error) {
    throw permission(file, error)
  }
}

const permission = (file: string, cause: unknown): Cul8erError =>
  new Cul8erError('PERMISSION', `${file} cannot be written (${(cause as NodeJS.ErrnoException).code ?? 'EIO'})`, {
    hint: 'run it as root, or with --user for a unit of your own',
    cause,
  })

const systemctl = (scope: Scope, args: string[]) =>
  execa('systemctl', [...(scope === 'user' ? ['--user'] : []), ...args], {
    reject: false,
    stdin: 'ignore',
    timeout: 60_000,
  })
