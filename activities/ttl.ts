import { Context } from '@temporalio/activity'
import type { Client } from '@temporalio/client'
import { ledgerId, ledgerState, WorkflowType } from '../src/contracts/index.js'
import type { Activities, Expiry, ExpiryReached, LedgerState, Swept } from '../src/contracts/index.js'
import { Cul8erError, isCode, messageOf } from '../src/errors.js'
import { setConfig } from '../src/incus/index.js'
import { isNoAnswer, toCul8erError } from '../src/ledgers/failures.js'
import { reachExpiry } from '../src/ledgers/reach-expiry.js'
import { expiredGroups, expiryAgrees, remains, type ExpiredGroup } from '../src/plan/expired.js'
import { expiryOf } from '../src/plan/expiry.js'
import { expiryConfig } from '../src/plan/labels.js'
import { oursOf } from '../src/plan/ours.js'
import { keepTtlSchedule } from '../src/schedules/keep.js'
import { ownerOf } from '../src/secrets/owner.js'
import { machineOf } from '../src/topology/hosts.js'
import type { Host } from '../src/topology/model.js'
import { commandClient, signingOf } from './command-client.js'
import type { ActivityDeps } from './deps.js'
import { ALL_PROJECTS, observeEach } from './observe.js'
import { step } from './step.js'

type Ours = Pick<Activities, 'keepTtlSchedule' | 'expiryWritten' | 'labelExpiry' | 'reachExpiry' | 'sweepExpired'>

/** ms that a ledger gets to answer. */
const ANSWER_MS = 60_000
/** After the time on its label an instance counts as left behind: its ledger, or a Schedule, is at it until then. */
const GRACE_MS = 10 * 60_000

/** What outlives a ledger: the Schedule of a ttl, the labels on instances, and what is done about them. */
export function ttlActivities(deps: ActivityDeps): Ours {
  const schedule = async (expiry: Expiry) => {
    const { client, info } = Context.current()
    const kept = await keepTtlSchedule(
      {
        connection: client.connection,
        namespace: client.options.namespace,
        taskQueue: info.taskQueue,
        signs: signingOf(deps, 'command'),
        reads: signingOf(deps, 'worker'),
        nowMs: Date.now(),
      },
      expiry,
    )
    if (kept === 'unsupported') unsupported(deps)
    return kept
  }

  const label = async ({ topology, expiresAt, project, hosts }: Expiry, signal: AbortSignal) => {
    const owner = ownerOf(deps.sealKey)
    const { observed, unreachable } = await observeEach(deps.executorFor, hosts, project, signal)
    let changed = 0
    for (const { host, name, labels } of oursOf(topology, observed)) {
      const via = hosts[host]
      if (via === undefined || (labels.expires ?? null) === expiresAt) continue
      const command = setConfig(name, expiryConfig(expiresAt, owner), { project })
      try {
        await deps.executorFor(host, via).run(command, { signal })
        changed += 1
      } catch (error) {
        // An operation that began meanwhile may have removed it.
        if (!isCode(error, 'NOT_FOUND')) throw error
      }
    }
    const [silent] = unreachable
    if (silent !== undefined) throw new Cul8erError('UNREACHABLE', `host ${silent.host}: ${silent.error.message}`)
    return { changed }
  }

  const reach = async (client: Client, reached: ExpiryReached, signal: AbortSignal) => {
    const { topology } = reached
    const answer = await client.withDeadline(Date.now() + ANSWER_MS, () =>
      reachExpiry(client, reached, async (found) => {
        const { project, hosts } = found === null ? reached : expiryOf(found)
        const { observed, unreachable } = await observeEach(deps.executorFor, hosts, project, signal)
        const agrees = expiryAgrees(reached, observed)
        if (agrees === null && unreachable.length > 0) {
          throw new Cul8erError(
            'UNREACHABLE',
            `host ${unreachable[0]?.host} gives no answer, and no other has ${topology}`,
          )
        }
        if (agrees === null) return null
        // A ledger of what labels say knows of no revision: it is for destroying, and until then a lost state is to be noticed.
        const isOver = Date.parse(reached.expiresAt) <= Date.now()
        return { agrees: agrees && (found !== null || isOver), state: found ?? remains(reached, observed) }
      }),
    )
    deps.log.info({ topology, expiresAt: reached.expiresAt, answer }, 'a ttl is over')
    return answer
  }

  return {
    keepTtlSchedule: step(async (expiry) => {
      // Housekeeping does not: what it reads may be of a backup.
      await deps.fence.expires(expiry.topology, expiry.expiresAt)
      return answered(() => schedule(expiry))
    }),
    expiryWritten: step(async ({ topology }) => {
      const expiresAt = await deps.fence.expiry(topology)
      return expiresAt === undefined ? { known: false } : { known: true, expiresAt }
    }),
    labelExpiry: step(label),
    reachExpiry: step((reached, signal) => answered(() => reach(commandClient(deps), reached, signal))),
    sweepExpired: step(async (_input, signal) => {
      const client = commandClient(deps)
      const ledgers = await knownLedgers(client, deps)
      const swept: Swept = { schedules: [], expired: [], foreign: [] }
      const patiently = async (what: string, run: () => Promise<void>): Promise<void> => {
        try {
          await run()
        } catch (error) {
          signal.throwIfAborted()
          // One ledger that is stuck must not keep the others from being looked at.
          deps.log.warn({ what, error: messageOf(error) }, 'could not be swept')
        }
      }
      for (const { state, isRunning } of ledgers.values()) {
        if (!isRunning) continue
        await patiently(state.topology, async () => {
          const expiry = expiryOf(state)
          if ((await schedule(expiry)) === 'made') swept.schedules.push(state.topology)
          // Those of before this version have none.
          if (expiry.expiresAt !== null && state.current === null) await label(expiry, signal)
        })
      }
      const machines = eachMachine([...ledgers.values()].map(({ state }) => expiryOf(state).hosts))
      for (const group of await expiredOn(machines, deps, signal)) {
        const { topology, instances } = group
        if (!isOurs(group, deps)) {
          swept.foreign.push(...instances.map(({ name, host }) => `${name} on ${host}`))
          continue
        }
        await patiently(topology, async () => {
          const answer = await reach(client, group, signal)
          swept.expired.push({ topology, answer })
          const known = ledgers.get(topology)
          // A host that was away when the time was moved: its labels say the former one.
          if (answer === 'stale' && known?.isRunning === true) await label(expiryOf(known.state), signal)
        })
      }
      const { schedules, expired, foreign } = swept
      if (schedules.length + expired.length + foreign.length > 0)
        deps.log.warn({ ...swept }, 'looked for what has expired')
      return swept
    }),
  }
}

const isOurs = ({ owner }: ExpiredGroup, { sealKey, formerKeys }: ActivityDeps): boolean =>
  [sealKey, ...formerKeys].some((key) => ownerOf(key) === owner)

/**
 * Whose time is over, on each of these machines; with the hosts where something of it is, also where that is not said to be over: of a
 * ledger that is gone all instances have to agree, and one host may have been away when the time was moved.
 */
async function expiredOn(
  machines: readonly [string, Host][],
  { executorFor }: ActivityDeps,
  signal: AbortSignal,
): Promise<(ExpiredGroup & Pick<ExpiryReached, 'hosts'>)[]> {
  const looks = await Promise.all(
    machines.map(async ([name, host]) => {
      const { observed } = await observeEach(executorFor, { [name]: host }, ALL_PROJECTS, signal)
      return { name, host, observed, over: expiredGroups(observed, Date.now(), GRACE_MS) }
    }),
  )
  const hostsOf = ({ topology }: ExpiredGroup): Record<string, Host> =>
    Object.fromEntries(
      looks.flatMap(({ name, host, observed }) =>
        oursOf(topology, observed).length === 0 ? [] : [[name, host] as const],
      ),
    )
  const groups = new Map<string, ExpiredGroup & Pick<ExpiryReached, 'hosts'>>()
  for (const group of looks.flatMap(({ over }) => over)) {
    const { topology, expiresAt, project, owner, instances } = group
    const key = JSON.stringify([topology, expiresAt, project, owner])
    const before = groups.get(key)
    groups.set(
      key,
      before === undefined
        ? { ...group, hosts: hostsOf(group) }
        : { ...before, instances: [...before.instances, ...instances] },
    )
  }
  return [...groups.values()]
}

/** Each machine once, by one of its names. Two topologies may call two machines the same. */
function eachMachine(named: readonly Record<string, Host>[]): [string, Host][] {
  const machines = new Map<string, [string, Host]>()
  for (const [name, host] of named.flatMap((hosts) => Object.entries(hosts))) {
    machines.set(machineOf(name, host), [name, host])
  }
  return [...machines.values()]
}

interface KnownLedger {
  state: LedgerState
  isRunning: boolean
}

/** The ledgers of all topologies that were not forgotten, also of those that were terminated. */
async function knownLedgers(client: Client, { log }: ActivityDeps): Promise<Map<string, KnownLedger>> {
  const query = `WorkflowType = "${WorkflowType.ledger}" AND ExecutionStatus != "ContinuedAsNew" AND ExecutionStatus != "Completed"`
  const running = new Map<string, boolean>()
  for await (const { workflowId, status } of client.workflow.list({ query })) {
    running.set(workflowId, running.get(workflowId) === true || status.name === 'RUNNING')
  }
  const ledgers = new Map<string, KnownLedger>()
  for (const [workflowId, isRunning] of running) {
    try {
      const state = await client.workflow.getHandle(workflowId).query(ledgerState)
      if (ledgerId(state.topology) === workflowId) ledgers.set(state.topology, { state, isRunning })
    } catch (error) {
      log.warn({ workflowId, error: messageOf(error) }, 'a ledger could not be read')
    }
  }
  return ledgers
}

/** Retried when nobody took the call. */
async function answered<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof Cul8erError) throw error
    if (isNoAnswer(error))
      throw new Cul8erError('SERVICE', 'no answer from the Temporal server, or from the ledger', { cause: error })
    throw toCul8erError(error)
  }
}

let told = false

function unsupported({ log }: ActivityDeps): void {
  if (!told) log.warn('the Temporal server has no Schedules: a ttl has the timer of its ledger alone')
  told = true
}
