import { join } from 'node:path'
import { Cul8erError } from '../errors.js'
import { createExecutors } from '../hosts/executors.js'
import type { HostExecutor } from '../hosts/executor.js'
import { listInstances } from '../incus/index.js'
import { observe } from '../instances/observe.js'
import { chosen } from '../plan/chosen.js'
import type { InstanceStatus } from '../plan/model.js'
import { oursOf } from '../plan/ours.js'
import type { Ours } from '../plan/planned-change.js'
import { hostsOf } from '../plan/where.js'
import { reaching } from '../sites/reaching.js'
import { createRelay } from '../sites/relay.js'
import { isThisMachine } from '../topology/hosts.js'
import type { Host } from '../topology/model.js'
import { knownLedger } from './ledger.js'
import type { Link } from './link.js'
import { currentRevision } from '../plan/revisions.js'
import { instancesNow } from './world.js'

/** Instances as this machine reaches them. */
export interface Reached {
  /** Those that were asked for. */
  instances: ReachedInstance[]
  /** Ends what was opened to reach them. */
  close: () => Promise<void>
}

/** An instance of a topology as its host shows it to this machine. */
export interface ReachedInstance {
  name: string
  resource: string
  host: string
  status: InstanceStatus
  project: string | null
  /** Its host is this machine. */
  isLocal: boolean
  executor: HostExecutor
}

/** ms for one list. */
const LIST_MS = 20_000

/**
 * The instances of a topology, looked for from this machine and not by a worker: for what passes a terminal through. Those at a site are
 * reached by the site's workers, without a terminal. Only what carries
 * the topology's labels and one of its names is among them.
 * @throws Cul8erError UNKNOWN_TOPOLOGY, USAGE for a name that nothing is called, NOT_SUPPORTED_YET where the instances are on the machine
 * of a worker that is another one, what kept every host from being asked
 */
export async function reachInstances(link: Link, topology: string, names: readonly string[] = []): Promise<Reached> {
  const state = await knownLedger(link, topology)
  const revision = currentRevision(state)
  if (revision === null) throw new Cul8erError('UNKNOWN_TOPOLOGY', `${topology} is not deployed`)
  const { project } = revision.topology
  const hosts = hostsOf(state, state.attempted ?? state.desired)
  const executors = createExecutors({ home: link.home, emulatorHome: join(link.home, 'emulator') })
  const executorFor = reaching(undefined, {
    here: (name, host) => executors.executorFor(name, host),
    elsewhere: createRelay({ client: () => link.client, keys: await link.keys() }),
  })
  try {
    const looks = await Promise.all(
      Object.entries(hosts).map(([name, host]) => look(executorFor, { topology, project, name, host })),
    )
    const found = looks.flatMap((each) => ('found' in each ? each.found : []))
    const failed = looks.flatMap((each) => ('error' in each ? [each.error] : []))
    // With a server of one's own, `localhost` is the machine of its worker.
    const here = link.uiUrl === null ? found.filter(seenBy((await instancesNow(link, state)).instances)) : found
    const meant = chosen(here, names)
    if (!('refusal' in meant) && (here.length > 0 || failed.length === 0))
      return { instances: meant.chosen, close: () => executors.close() }
    if (link.uiUrl === null && here.length === 0) throw elsewhere(topology, Object.keys(hosts))
    const [first] = failed
    if (first !== undefined) throw first
    const { code, message, hint } =
      'refusal' in meant
        ? meant.refusal
        : { code: 'NOT_FOUND' as const, message: `${topology} has no instances`, hint: '' }
    throw new Cul8erError(code, message, { hint })
  } catch (error) {
    await executors.close()
    throw error
  }
}

async function look(
  executorFor: (name: string, host: Host) => HostExecutor,
  { topology, project, name, host }: { topology: string; project: string | null; name: string; host: Host },
): Promise<{ found: (ReachedInstance & Pick<Ours, 'addresses'>)[] } | { error: Cul8erError }> {
  try {
    const executor = executorFor(name, host)
    const { stdout } = await executor.run(listInstances({ project }), { timeoutMs: LIST_MS })
    const found = oursOf(topology, observe(name, stdout)).map(({ labels: { resource }, ...instance }) => ({
      ...{ name: instance.name, resource, host: name, status: instance.status, addresses: instance.addresses },
      ...{ project, isLocal: isThisMachine(host), executor },
    }))
    return { found }
  } catch (error) {
    if (error instanceof Cul8erError) return { error }
    throw error
  }
}

/** A worker sees the very same: the same name at the same address, or no address. */
const seenBy = (rows: readonly { name: string; address: string | null }[]) => {
  const addresses = new Map(rows.map(({ name, address }) => [name, address]))
  return ({ name, addresses: [address] }: Pick<Ours, 'name' | 'addresses'>): boolean =>
    addresses.has(name) && addresses.get(name) === (address ?? null)
}

const elsewhere = (topology: string, hosts: string[]): Cul8erError =>
  new Cul8erError(
    'NOT_SUPPORTED_YET',
    `the instances of ${topology} are not on this machine: ${hosts.join(', ')} can be reached only from the machine of the worker`,
    { hint: 'run the command there; cul8er logs and cul8er status work from anywhere' },
  )
