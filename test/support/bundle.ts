import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, type BundleOptions, type WorkflowBundle } from '@temporalio/worker'
import writeFileAtomic from 'write-file-atomic'
import type { Counted } from './counting/counted.js'
import { counting, isCounting, understand, type Places } from './counting/workflows.js'
import { scriptsAsText } from './scripts-as-text.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const CACHE = join(root, 'node_modules', '.cache', 'cul8er', 'workflow-bundles')
/** Whatever a bundle is made of and by: where workflows and interceptors are, and the packages. */
const SOURCES = ['src', 'workflows', 'test/workflow/versions', 'test/support', 'package-lock.json']
const DAY_MS = 86_400_000

const made = new Map<string, Promise<WorkflowBundle>>()

/**
 * Workflows as workers of tests run them: those of today, or of another module. A bundle costs some 10 s of a core, and each test
 * file is a process of its own, so it is kept for as long as no source changes.
 */
export function workflowBundle(
  workflows = 'workflows/index.ts',
  ...moreInterceptors: string[]
): Promise<WorkflowBundle> {
  const interceptors = ['workflows/authentic/index.ts', ...moreInterceptors]
  const name = [workflows, ...interceptors].join()
  const bundle = made.get(name) ?? keptBundle(workflows, interceptors)
  made.set(name, bundle)
  return bundle
}

async function keptBundle(workflows: string, interceptors: string[]): Promise<WorkflowBundle> {
  const hash = createHash('sha256').update(JSON.stringify([workflows, interceptors, isCounting()]))
  for (const source of SOURCES) hashInto(hash, source)
  const file = join(CACHE, `${hash.digest('hex')}.js`)
  understand(once(() => new Map(JSON.parse(readFileSync(placesOf(file), 'utf8')) as [string, Counted][])))
  const kept = read(file)
  if (kept !== null) return { code: kept }
  const places: Places = new Map()
  const bundle = await bundleWorkflowCode(options(workflows, interceptors, places))
  mkdirSync(dirname(file), { recursive: true })
  removeOld()
  // The bundle last: whoever finds it finds what its counters stand for.
  if (places.size > 0) await writeFileAtomic(placesOf(file), JSON.stringify([...places]))
  await writeFileAtomic(file, bundle.code)
  return bundle
}

const placesOf = (bundle: string): string => `${bundle}.places.json`

const options = (workflows: string, interceptors: string[], places: Places): BundleOptions =>
  scriptsAsText(
    counting(
      {
        workflowsPath: join(root, workflows),
        workflowInterceptorModules: interceptors.map((path) => join(root, path)),
        logger: { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error },
      },
      places,
    ),
  )

function once<T>(make: () => T): () => T {
  let made: { it: T } | null = null
  return () => (made ??= { it: make() }).it
}

function hashInto(hash: ReturnType<typeof createHash>, path: string): void {
  const there = join(root, path)
  if (statSync(there).isDirectory()) {
    for (const name of readdirSync(there).sort()) hashInto(hash, `${path}/${name}`)
  } else {
    hash.update(`${path}\n`).update(readFileSync(there))
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

function removeOld(): void {
  for (const name of readdirSync(CACHE)) {
    const file = join(CACHE, name)
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    if (age > DAY_MS) rmSync(file, { force: true })
  }
}
