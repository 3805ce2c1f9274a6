import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { becomes } from '../../../src/waiting/poll.js'

const ROOT = '/sys/fs/cgroup'

/**
 * Where a group of this name is in each hierarchy: below the one that this process is in, so that limits on it hold. In the unified
 * hierarchy alone, a group with processes can have none below it that hands controllers on: there it is below the root.
 */
export const groupsNamed = (name: string): string[] => parents().map((parent) => join(parent, name))

export async function makeGroups(groups: readonly string[]): Promise<void> {
  for (const group of groups) {
    await mkdir(group)
    // A new one of this kind has no CPUs, and takes no process until it has.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (!existsSync(join(group, 'cgroup.clone_children')) || !existsSync(join(group, file))) continue
      await writeFile(join(group, file), await readFile(join(group, '..', file)))
    }
  }
}

/** Kills what runs in groups, and in those below, until nothing does. */
export async function killAll(groups: readonly string[]): Promise<void> {
  const isEmpty = await becomes(async () => {
    const pids = (await Promise.all(groups.map(processesOf))).flat()
    for (const pid of new Set(pids)) kill(pid)
    // Incus freezes an instance while it takes a snapshot or kills it; what is frozen does not die.
    if (pids.length > 0) await Promise.all(groups.map(thaw))
    return pids.length === 0
  }, PACE)
  if (!isEmpty) throw new Error(`processes in ${groups.join(', ')} cannot be killed`)
}

/** Removes groups with those below them. The kernel may take a moment to see that one is empty. */
export async function removeGroups(groups: readonly string[]): Promise<void> {
  for (const group of groups) {
    let reason: unknown
    const isGone = await becomes(
      () =>
        removeTree(group).then(
          () => true,
          (error: unknown) => ((reason = error), false),
        ),
      PACE,
    )
    if (!isGone) throw new Error(`${group} cannot be removed`, { cause: reason })
  }
}

const PACE = { everyMs: 20, withinMs: 10_000 }

function parents(): string[] {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')
  if (lines.every((line) => line.startsWith('0::'))) return [ROOT]
  return lines.map((line) => {
    const [number, controllers = '', path = ''] = line.split(':')
    return join(ROOT, number === '0' ? 'unified' : controllers.replace('name=', ''), path)
  })
}

async function foldersIn(group: string): Promise<string[]> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(group, name))
}

async function processesOf(group: string): Promise<number[]> {
  const own = await readFile(join(group, 'cgroup.procs'), 'utf8').catch(() => '')
  const below = await Promise.all((await foldersIn(group)).map(processesOf))
  // Zero: a process that this PID namespace does not see.
  return [own.split('\n').map(Number), ...below].flat().filter((pid) => pid > 0)
}

async function thaw(group: string): Promise<void> {
  for (const [file, value] of THAWED) {
    if (existsSync(join(group, file))) await writeFile(join(group, file), value).catch(() => undefined)
  }
  for (const below of await foldersIn(group)) await thaw(below)
}

/** In the freezer's own hierarchy, and in the unified one. */
const THAWED = [
  ['freezer.state', 'THAWED'],
  ['cgroup.freeze', '0'],
] as const

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

async function removeTree(group: string): Promise<void> {
  if (!existsSync(group)) return
  for (const below of await foldersIn(group)) await removeTree(below)
  await rmdir(group)
}
