import { setTimeout as sleep } from 'node:timers/promises'
import { Cul8erError } from '../../errors.js'
import type { ObservedInstance } from '../../plan/model.js'
import { certificateChanges } from './certificates.js'
import { difference, isLeftover } from './difference.js'
import type { Committed, Exchange, Snapshot } from './exchange.js'
import { isOpen, type EdgeInstance } from '../instance/instance.js'
import { parseRuntime, type Runtime } from './parse-runtime.js'
import type { StoredTopology } from './picture.js'
import { render, type Rendered } from './render.js'
import { INSTALL, RUN_SCRIPT } from './scripts.js'

export interface EdgeParts {
  instance: EdgeInstance
  exchange: Exchange
  host: string
  /** The edge as this process left it. */
  left: { known: Known | null }
}

/** As it was after a change of ours. Whether it still is so, the next commit finds out. */
interface Known {
  version: string
  topologies: readonly StoredTopology[]
  runtime: Runtime
}

export interface EdgeChange {
  /** Whose part it is: a port of another one that somebody else has by now is not in its way. Absent: every port counts. */
  topology?: string
  change: (topologies: readonly StoredTopology[]) => readonly StoredTopology[]
  /** New certificates by fingerprint. */
  pems?: Record<string, string>
  /** See to the edge's own script and programs as well: brings what is newer and says whether a load is due. */
  renew?: (seen: ObservedInstance) => Promise<boolean>
  /** The instance goes when no topology is left. */
  deleteWhenEmpty?: boolean
  /** Once it is aborted nothing more is committed. */
  signal?: AbortSignal
}

/**
 * One change of an edge: read what is, work out what shall be, commit it if nobody else did meanwhile, read back. Another writer
 * in between makes it start over with what that one wrote, so no update is lost. What nobody waits for any more does not: the other
 * writer may be the one that came after it.
 * @throws Cul8erError EDGE when HAProxy refuses the configuration or does not reach it; the signal's reason
 */
export async function changeEdge(parts: EdgeParts, change: EdgeChange): Promise<void> {
  const { known } = parts.left
  parts.left.known = null
  change.signal?.throwIfAborted()
  if (known !== null && (await changeKnown(parts, change, known))) return
  let load = false
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { seen, snapshot } = await readEnsured(parts, attempt === 1 && change.renew !== undefined)
    change.signal?.throwIfAborted()
    if (attempt === 1 && (await change.renew?.(seen))) load = true
    const topologies = change.change(snapshot.topologies)
    const rendered = render(topologies)
    const closing = change.deleteWhenEmpty === true && topologies.length === 0
    let runtime = parseRuntime(snapshot.answer)
    let step = closing ? { mode: 'runtime' as const, commands: [] } : decide(runtime, rendered, load)
    let idle =
      !closing && step.mode === 'runtime' && step.commands.length === 0 && same(topologies, snapshot.topologies)
    if (idle && !(await keeps(parts.exchange, change.pems ?? {}))) {
      step = { mode: 'load', commands: [] }
      idle = false
    }
    // First, so that a port that somebody else has is noticed while the former configuration and its ports are in force.
    let open = closing ? seen : await openPorts(parts, { seen, topologies, change })
    const version = idle ? snapshot.version : nextVersion(snapshot.version, closing)
    if (!idle) {
      change.signal?.throwIfAborted()
      const committed = await parts.exchange.commit({
        from: snapshot.version,
        version,
        ...step,
        topologies,
        rendered,
        pems: change.pems ?? {},
      })
      if (committed.outcome === 'conflict') {
        await sleep(Math.random() * 100 * Math.min(attempt, 5))
        continue
      }
      if (closing) return deleteClosed(parts, version)
      runtime = loaded(committed, parts.host)
      if (!reached(runtime, rendered)) {
        if (step.mode === 'load') throw notAsAsked(parts.host, committed.said)
        load = true
        continue
      }
      load = false
      // One who wrote a moment ago knew nothing of our new ports and may have closed them as nobody's.
      if (opensMore(snapshot.topologies, topologies))
        open = await openPorts(parts, { seen: (await parts.instance.look()) ?? open, topologies, change })
    }
    if (!(await settlePorts(parts, { seen: open, ports: rendered.ports, version }))) continue
    parts.left.known = runtime === null ? null : { version, topologies, runtime }
    return
  }
  throw new Cul8erError('EDGE', `others keep changing the edge of ${parts.host}`, {
    hint: 'try again in a moment',
  })
}

const ATTEMPTS = 20

/**
 * Opens what is not open yet. Each topology's part stands alone: a port of another one, closed by hand and taken since, is that one's
 * trouble, which its own next change will tell.
 * @throws Cul8erError PORT_TAKEN
 */
async function openPorts(
  { instance }: EdgeParts,
  { seen, topologies, change }: { seen: ObservedInstance; topologies: readonly StoredTopology[]; change: EdgeChange },
): Promise<ObservedInstance> {
  const isOwn = ({ topology }: StoredTopology): boolean => change.topology === undefined || change.topology === topology
  const own = portsOf(topologies.filter(isOwn))
  let open = await instance.openPorts(seen, own)
  for (const port of portsOf(topologies).filter((each) => !own.includes(each))) {
    open = await instance.openPorts(open, [port]).catch((error: unknown) => {
      if (error instanceof Cul8erError && error.code === 'PORT_TAKEN') return open
      throw error
    })
  }
  return open
}

/** Public ports, ascending. */
const portsOf = (all: readonly StoredTopology[]): number[] =>
  [...new Set(all.flatMap(({ routes }) => routes.map(({ as }) => as)))].sort((a, b) => a - b)

/**
 * The usual change of weights and states, in the time of one command: it is made from what the last change of ours left, and the commit
 * refuses it when somebody else wrote since. What HAProxy answers in the end is compared as ever.
 * @returns false: look first, as for any other change
 */
async function changeKnown(
  { instance, exchange, left }: EdgeParts,
  change: EdgeChange,
  known: Known,
): Promise<boolean> {
  if (change.renew !== undefined || change.deleteWhenEmpty === true) return false
  const topologies = change.change(known.topologies)
  const rendered = render(topologies)
  const { mode, commands } = decide(known.runtime, rendered, false)
  const otherPorts = opensMore(known.topologies, topologies) || opensMore(topologies, known.topologies)
  // What is asked for again may be meant to mend what somebody did by hand.
  if (mode === 'load' || same(topologies, known.topologies) || otherPorts) return false
  const version = nextVersion(known.version, false)
  const [committed, seen] = await Promise.all([
    exchange
      .commit({ from: known.version, version, mode, commands, topologies, rendered, pems: change.pems ?? {} })
      // What is wrong with it, a look will tell.
      .catch(() => null),
    instance.look(),
  ])
  const isOpenStill = seen !== null && rendered.ports.every((port) => isOpen(seen, port))
  if (committed?.outcome !== 'done' || !reached(committed.runtime, rendered) || !isOpenStill) return false
  if (committed.runtime !== null) left.known = { version, topologies, runtime: committed.runtime }
  return true
}

/**
 * Deletes an edge that was closed with this version, unless somebody has opened it again: whoever waited for its end for long does, and a
 * worker that stood still meanwhile must not delete what serves.
 */
async function deleteClosed({ instance, exchange }: EdgeParts, version: string): Promise<void> {
  const { version: now } = await exchange.read()
  if (now === version) await instance.delete()
}

function opensMore(before: readonly StoredTopology[], after: readonly StoredTopology[]): boolean {
  const had = new Set(portsOf(before))
  return portsOf(after).some((port) => !had.has(port))
}

/** Runtime commands when they suffice; a load when something else differs, or nobody answers yet. */
function decide(
  runtime: Runtime | null,
  rendered: Rendered,
  load: boolean,
): { mode: 'runtime' | 'load'; commands: string[] } {
  if (load || runtime === null || runtime.skeleton !== rendered.skeleton) return { mode: 'load', commands: [] }
  return { mode: 'runtime', commands: commandsFor(runtime, rendered) }
}

const commandsFor = (runtime: Runtime, rendered: Rendered): string[] => [
  ...difference(runtime, rendered),
  ...certificateChanges(runtime.certificates, rendered.certificates),
]

function reached(runtime: Runtime | null, rendered: Rendered): boolean {
  if (runtime === null || runtime.skeleton !== rendered.skeleton) return false
  return commandsFor(runtime, rendered).every(isLeftover)
}

async function readEnsured(
  { instance, exchange }: EdgeParts,
  install: boolean,
): Promise<{ seen: ObservedInstance; snapshot: Snapshot }> {
  for (let wait = 0; ; wait += 1) {
    let seen = await instance.look()
    const fresh = seen?.status !== 'Running'
    if (fresh) {
      await instance.ensure(seen)
      seen = await instance.look()
    }
    if (fresh || (install && wait === 0)) await putRunScript(exchange)
    const snapshot = seen === null ? null : await exchange.read()
    if (snapshot?.version === '' && !fresh) await putRunScript(exchange)
    // A closed edge is about to be deleted; should its remover have died, it is opened again.
    if (seen !== null && snapshot !== null && (!isClosed(snapshot.version) || wait >= CLOSED_TRIES))
      return { seen, snapshot }
    await sleep(CLOSED_WAIT_MS)
  }
}

/** Whether the edge has these certificates as they are told; HAProxy knows them by name alone. */
async function keeps(exchange: Exchange, pems: Record<string, string>): Promise<boolean> {
  const told = Object.entries(pems)
  if (told.length === 0) return true
  const kept = await exchange.certificates(told.map(([fingerprint]) => fingerprint))
  return told.every(([, pem], i) => kept[i]?.trim() === pem.trim())
}

const CLOSED_TRIES = 20
const CLOSED_WAIT_MS = 500

const putRunScript = (exchange: Exchange): Promise<string> =>
  exchange.answered(INSTALL, [], { stdin: new TextEncoder().encode(RUN_SCRIPT) })

/**
 * Public ports are devices of the instance and not under the edge's lock. A port that another writer asked for after our change
 * must not stay closed by us, so after closing one the version is compared.
 * @returns false: start over with what is there now
 */
async function settlePorts(
  { instance, exchange }: EdgeParts,
  { seen, ports, version }: { seen: ObservedInstance; ports: readonly number[]; version: string },
): Promise<boolean> {
  const closed = await instance.settlePorts(seen, ports, ports.length === 0 ? null : await instance.direct())
  return !closed || (await exchange.read()).version === version
}

function loaded(committed: Committed, host: string): Runtime | null {
  if (committed.outcome === 'done') return committed.runtime
  const what =
    committed.outcome === 'refused' ? 'refuses the new configuration' : 'could not load the new configuration'
  throw new Cul8erError('EDGE', `HAProxy on ${host} ${what}; the previous one stays active`, {
    details: { said: committed.said },
  })
}

const notAsAsked = (host: string, said: string): Cul8erError =>
  new Cul8erError('EDGE', `HAProxy on ${host} did not reach the requested configuration`, { details: { said } })

const CLOSED = 'closed-'
const isClosed = (version: string): boolean => version.startsWith(CLOSED)

/** The first one is the time, so that no number comes again in an edge that was deleted and made anew. */
const nextVersion = (version: string, closing: boolean): string =>
  `${closing ? CLOSED : ''}${Number(version.replace(CLOSED, '') || Date.now()) + 1}`

const same = (a: readonly StoredTopology[], b: readonly StoredTopology[]): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))

const sorted = (all: readonly StoredTopology[]): StoredTopology[] =>
  [...all].sort((a, b) => (a.topology < b.topology ? -1 : 1))
