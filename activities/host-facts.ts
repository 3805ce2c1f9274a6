import { Cul8erError } from '../src/errors.js'
import type { HostExecutor } from '../src/hosts/executor.js'
import {
  cordonWords,
  hostResources,
  listInstances,
  parseHostResources,
  parsePoolResources,
  parseServer,
  poolResources,
  serverInfo,
} from '../src/incus/index.js'
import type { IncusCommand } from '../src/incus/index.js'
import { observe } from '../src/instances/observe.js'
import type { Revision } from '../src/plan/model.js'
import type { HostFacts, Question } from '../src/plan/placement/facts.js'
import { resourceOf } from '../src/plan/specs.js'
import type { ActivityDeps } from './deps.js'
import { rootPoolOf } from './room.js'

const MIB = 1024 * 1024

/** A host that takes longer to say what it has is not waited for: others may have room. ms */
const ANSWER_MS = 20_000

/** What hosts say of themselves, side by side. One that does not answer is known by that, and is no reason to refuse a plan. */
export function factsOf(
  deps: ActivityDeps,
  revision: Revision,
  questions: readonly Question[],
  signal: AbortSignal,
): Promise<HostFacts[]> {
  return Promise.all(
    questions.map(async (question): Promise<HostFacts> => {
      const nothing = { host: question.host, ...NOTHING }
      const via = revision.topology.hosts[question.host]
      if (via === undefined) return nothing
      const told: Partial<HostFacts> = {}
      try {
        await ask(deps.executorFor(question.host, via), revision, { question, told, signal })
        return { ...nothing, ...told }
      } catch (error) {
        signal.throwIfAborted()
        deps.log.warn({ host: question.host, error: String(error) }, 'the host did not say what it has')
        const silent = error instanceof Cul8erError ? error.message : String(error)
        return { ...nothing, ...told, total: null, silent }
      }
    }),
  )
}

const NOTHING: Omit<HostFacts, 'host'> = {
  cordoned: null,
  architectures: null,
  vms: null,
  total: null,
  rootPools: {},
  silent: null,
  taken: {},
  instances: null,
}

interface Asking {
  question: Question
  /** What it said so far: a later answer that does not come takes nothing of it back. */
  told: Partial<HostFacts>
  signal: AbortSignal
}

async function ask(executor: HostExecutor, revision: Revision, { question, told, signal }: Asking): Promise<void> {
  const said = async (command: IncusCommand): Promise<string> =>
    (await executor.run(command, { signal, timeoutMs: ANSWER_MS })).stdout
  const { architectures, vms, cordoned } = parseServer(await said(serverInfo()))
  if (cordoned !== null) told.cordoned = cordonWords(cordoned)
  if (question.abilities) Object.assign(told, { architectures, vms })
  if (!question.capacity) return
  told.instances = observe(question.host, await said(listInstances({ allProjects: true })))
  const { cpus, memoryBytes } = parseHostResources(await said(hostResources()))
  const rootPools: Record<string, string | undefined> = {}
  for (const name of question.rootPoolsOf) {
    const { devices, profiles = ['default'] } = resourceOf(revision, name)
    rootPools[name] = devices.root?.pool ?? (await rootPoolOf(profiles, said))
  }
  const pools: Record<string, number> = {}
  const taken: Record<string, number> = {}
  for (const pool of new Set([...question.pools, ...Object.values(rootPools)])) {
    if (pool === undefined) continue
    const { totalBytes, usedBytes } = parsePoolResources(await said(poolResources(pool)))
    pools[pool] = totalBytes / MIB
    taken[pool] = usedBytes / MIB
  }
  Object.assign(told, { total: { cpu: cpus, memoryMiB: memoryBytes / MIB, pools }, rootPools, taken })
}
