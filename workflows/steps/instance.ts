import type { HealthReport } from '../../src/health/model.js'
import type { InstanceSpec } from '../../src/plan/model.js'
import type { LiveInstance, Work } from '../../src/plan/work.js'
import { FULL_WEIGHT } from '../../src/plan/routes.js'
import { long, quick, waiting } from './activities.js'
import type { Run } from './run.js'

/** How long an instance may take to stop before it is stopped by force, ms. */
export const STOP_TIMEOUT_MS = 30_000

/** Carries out one change up to full traffic. Every undo is registered before the step that it undoes. */
export async function carryOut(run: Run, work: Work): Promise<void> {
  run.dirty.add(work.instance)
  const spec = run.spec(work)
  if (work.action === 'create') await create(run, spec)
  else if (work.from === null) throw new Error(`${work.action} of ${work.instance} without an instance`)
  else if (work.action === 'update') await (work.live ? reconfigure : update)(run, spec, work.from)
  else if (work.action === 'replace') await (work.revive ? comeBack : replace)(run, spec, work.from)
  else if (work.action === 'start') await (work.revive ? putBack : start)(run, spec, work.from)
  run.dirty.delete(work.instance)
}

/** A new instance, healthy, taking traffic. */
export async function create(run: Run, spec: InstanceSpec): Promise<void> {
  const address = await bringUp(run, spec, 'live')
  await admit(run, spec, address)
}

/** A new instance up to health, without traffic. */
export async function bringUp(run: Run, spec: InstanceSpec, role: 'live' | 'new' | 'canary'): Promise<string | null> {
  const { name, host, resource, index, slot } = spec
  run.undos.push({ kind: 'delete', name, host, resource, index, slot })
  await step(run, 'create', name, () =>
    long({ summary: `${name} from ${spec.image}` }).ensureInstance({ ...run.specAt(spec), stamp: run.stamp(role) }),
  )
  if (needsInstall(spec)) await install(run, spec, { fresh: true })
  return healthy(run, spec)
}

/** In place: out of the traffic, snapshot, the new version in, healthy, back in. */
async function update(run: Run, spec: InstanceSpec, from: LiveInstance): Promise<void> {
  const { name } = spec
  const weight = run.traffic.member(name)?.weight
  run.undos.push({ kind: 'readmit', from })
  await drain(run, name)
  const withSnapshot = run.strategy.rollback.snapshot !== 'never'
  if (withSnapshot) {
    run.snapshotted.push(from)
    await step(run, 'snapshot', name, () =>
      quick({ summary: `${name}@${run.snapshot}` }).takeSnapshot({ ...run.instanceAt(from), snapshot: run.snapshot }),
    )
  }
  run.undos.replace(
    'readmit',
    name,
    withSnapshot ? { kind: 'restore', from, snapshot: run.snapshot } : { kind: 'reinstall', from, snapshot: null },
  )
  await configure(run, spec)
  // Found stopped: a release is put into what runs.
  if (from.address === null) await ensureStarted(run, spec)
  if (spec.release !== null || spec.secrets.length > 0) await install(run, spec)
  if (spec.release === null) await restart(run, spec)
  const address = await healthy(run, spec)
  // From here on it may have written data that a restore would lose.
  if (withSnapshot && run.strategy.rollback.snapshot === 'auto' && run.oldSpec(from) !== null) {
    run.undos.replace('restore', name, { kind: 'reinstall', from, snapshot: run.snapshot })
  }
  await admit(run, spec, address, weight)
}

/** Limits and devices change while the app runs. */
async function reconfigure(run: Run, spec: InstanceSpec, from: LiveInstance): Promise<void> {
  run.undos.push({ kind: 'configure', from })
  await configure(run, spec)
  await healthy(run, spec)
}

/** Another instance beside the old one; the old one stays, stopped, until the operation cannot go back any more. */
async function replace(run: Run, spec: InstanceSpec, from: LiveInstance): Promise<void> {
  if (spec.stateful) {
    run.undos.push({ kind: 'revive', from })
    await retire(run, from)
    const address = await bringUp(run, spec, 'new')
    await takeOver(run, spec, address)
  } else {
    const address = await bringUp(run, spec, 'new')
    run.undos.push({ kind: 'revive', from })
    await takeOver(run, spec, address)
    await retire(run, from)
  }
  run.replaced.push(from)
}

/** What was put aside has its place again. What is in it makes room first: the two may share a volume. */
async function comeBack(run: Run, spec: InstanceSpec, from: LiveInstance): Promise<void> {
  run.undos.push({ kind: 'revive', from })
  await retire(run, from)
  await putBack(run, spec, { ...from, name: spec.name, host: spec.host, slot: spec.slot, digest: spec.digest })
  run.replaced.push(from)
}

async function putBack(run: Run, spec: InstanceSpec, aside: LiveInstance): Promise<void> {
  run.undos.push({ kind: 'shelve', from: aside })
  await ensureStarted(run, spec)
  await takeOver(run, spec, await healthy(run, spec))
}

async function takeOver(run: Run, spec: InstanceSpec, address: string | null): Promise<void> {
  await admit(run, spec, address)
  await step(run, 'take over', spec.name, () =>
    quick({ summary: `${spec.name} is live` }).setRole({ ...run.instanceAt(spec), role: 'live' }),
  )
}

/** Out of the traffic and stopped, but there to come back. */
export async function retire(run: Run, from: LiveInstance): Promise<void> {
  await drain(run, from.name)
  await run.traffic.drop(from.name)
  await step(run, 'stop', from.name, async () => {
    await quick({ summary: `${from.name} is kept for going back` }).setRole({ ...run.instanceAt(from), role: 'old' })
    await quick({ summary: from.name }).stopInstance({ ...run.instanceAt(from), timeoutMs: STOP_TIMEOUT_MS })
  })
}

const ensureStarted = (run: Run, spec: InstanceSpec): Promise<void> =>
  step(run, 'start', spec.name, () => quick({ summary: spec.name }).startInstance(run.instanceAt(spec)))

async function start(run: Run, spec: InstanceSpec): Promise<void> {
  await ensureStarted(run, spec)
  await admit(run, spec, await healthy(run, spec))
}

/** Gone for good: drained, dropped, deleted. */
export async function remove(run: Run, from: Pick<LiveInstance, 'name' | 'host'>): Promise<void> {
  await drain(run, from.name)
  await run.traffic.drop(from.name)
  await step(run, 'delete', from.name, () =>
    quick({ summary: from.name }).deleteInstance({
      ...run.instanceAt(from),
      topology: run.input.revision.topology.name,
    }),
  )
}

export async function configure(run: Run, spec: InstanceSpec, revision?: number): Promise<void> {
  await step(run, 'configure', spec.name, () =>
    quick({ summary: spec.name }).configureInstance({ ...run.specAt(spec), stamp: run.stamp('live', revision) }),
  )
}

export async function install(run: Run, spec: InstanceSpec, { fresh = false } = {}): Promise<void> {
  const what = spec.release === null ? 'secrets' : `${spec.release.name} ${spec.release.version}`
  await step(run, spec.release === null ? 'place secrets' : 'install release', spec.name, () =>
    long({ summary: `${spec.name}: ${what}` }).installRelease({ ...run.specAt(spec), fresh }),
  )
}

export async function restart(run: Run, spec: InstanceSpec): Promise<void> {
  await step(run, 'restart', spec.name, async () => {
    await quick({ summary: spec.name }).stopInstance({ ...run.instanceAt(spec), timeoutMs: STOP_TIMEOUT_MS })
    await quick({ summary: spec.name }).startInstance(run.instanceAt(spec))
  })
}

export async function healthy(run: Run, spec: InstanceSpec): Promise<string | null> {
  const { address } = await step(
    run,
    'wait until healthy',
    spec.name,
    () =>
      waiting({ summary: spec.name, waitMs: spec.healthcheck?.deadlineMs ?? 60_000 }).waitUntilHealthy(
        run.specAt(spec),
      ),
    ({ report }) => healthWords(report),
  )
  const { name, host, project, resource, type, release, healthcheck } = spec
  run.proven.set(name, { spec: { name, host, project, resource, type, release, healthcheck }, address })
  return address
}

export async function admit(
  run: Run,
  spec: Pick<InstanceSpec, 'name' | 'resource' | 'slot' | 'host'>,
  address: string | null,
  weight = FULL_WEIGHT,
): Promise<void> {
  if (!run.traffic.exposes(spec.resource)) return
  await step(run, 'admit', spec.name, () => run.traffic.admit(spec, address, weight))
}

export async function drain(run: Run, name: string): Promise<void> {
  if (run.traffic.member(name) === undefined) return
  await step(
    run,
    'drain',
    name,
    () => run.traffic.drain(name, run.strategy.drainMs),
    ({ cut }) => (cut === 0 ? 'no request left' : `${cut} cut at the drain deadline`),
  )
}

const needsInstall = (spec: InstanceSpec): boolean => spec.release !== null || spec.secrets.length > 0

const healthWords = (report: HealthReport): string =>
  `healthy after ${(report.waitedMs / 1000).toFixed(1)} s${report.failures > 0 ? `, ${report.failures} failures before` : ''}`

async function step<T>(
  run: Run,
  name: string,
  instance: string,
  act: () => Promise<T>,
  note?: (value: T) => string,
): Promise<T> {
  await run.steer.gate()
  return run.recorder.step(name, instance, act, note)
}
