import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Layout } from './layout.js'
import { LABS } from './layout.js'

/** What is known of a lab that is up, or was when its process died. */
interface LabRecord {
  owner: Owner
  layout: Layout
}

interface Owner {
  pid: number
  /** In ticks since the machine's boot: a number that comes again is another process's. */
  startedAt: string
}

/** Writes down what is going to be made, before it is. @throws Error when a lab of the name is up */
export async function record(layout: Layout): Promise<void> {
  await mkdir(LABS, { recursive: true, mode: 0o700 })
  const made = await mkdtemp(join(LABS, '.new-'))
  const owner: Owner = { pid: process.pid, startedAt: startOf(process.pid) ?? '' }
  await writeFile(join(made, FILE), JSON.stringify({ owner, layout } satisfies LabRecord, null, 2))
  // A folder with something in it is not replaced: whoever was first has the name.
  await rename(made, layout.folder).catch(async (cause: unknown) => {
    await rm(made, { recursive: true })
    throw new Error(`a lab ${layout.name} is up already`, { cause })
  })
}

/** Labs whose process is gone. */
export async function deadLabs(): Promise<Layout[]> {
  const names = existsSync(LABS) ? await readdir(LABS) : []
  return names.flatMap((name) => {
    const file = join(LABS, name, FILE)
    if (name.startsWith('.') || !existsSync(file)) return []
    const { owner, layout } = JSON.parse(readFileSync(file, 'utf8')) as LabRecord
    return startOf(owner.pid) === owner.startedAt ? [] : [layout]
  })
}

const FILE = 'lab.json'

/** proc(5): field 22; the second one is a name in parentheses that may hold anything. null: there is no such process. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
