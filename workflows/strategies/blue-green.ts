import type { InstanceSpec, Slot } from '../../src/plan/model.js'
import { setOf } from '../../src/plan/shares.js'
import type { LiveInstance, Work } from '../../src/plan/work.js'
import { quick } from '../steps/activities.js'
import { confirm } from '../steps/confirm.js'
import { bringUp, healthy, admit } from '../steps/instance.js'
import type { Run } from '../steps/run.js'
import { roll } from './rolling.js'

/**
 * A whole set beside the one that serves, verified before any traffic, then one switch. The old set stays, running, for as
 * long as `keep` says; the ledger has it removed after that.
 */
export async function blueGreen(run: Run, work: Work[]): Promise<void> {
  const set = setOf(run.input.revision, work)
  await roll(
    run,
    work.filter((w) => !set.includes(w)),
  )
  if (set.length === 0) return
  await bringUpSet(run, set)
  await confirm(run)
  await switchTraffic(run, set)
  await swapRoles(run, set)
}

/** All at once: nothing of it takes traffic, so nothing can be broken by it. */
async function bringUpSet(run: Run, set: Work[]): Promise<void> {
  const ends = await Promise.allSettled(
    set.map(async (work) => {
      const spec = run.spec(work)
      run.dirty.add(spec.name)
      const address = work.revive ? await comeBack(run, spec, work) : await bringUp(run, spec, 'new')
      // Into its own colour's pool, which no public port leads to yet.
      await admit(run, spec, address)
    }),
  )
  const failure = ends.find((end): end is PromiseRejectedResult => end.status === 'rejected')
  if (failure !== undefined) throw failure.reason
}

/** A kept instance has proved itself before: it must answer now, not for as long as a new one. */
async function comeBack(run: Run, spec: InstanceSpec, work: Work): Promise<string | null> {
  if (work.from === null) throw new Error(`${spec.name} comes back in nobody's place`)
  run.undos.push({ kind: 'shelve', from: asInstance(spec, work.from) })
  await run.recorder.step('start', spec.name, () => quick({ summary: spec.name }).startInstance(run.instanceAt(spec)))
  const { healthcheck } = spec
  return healthy(run, { ...spec, healthcheck: healthcheck === null ? null : { ...healthcheck, minHealthyMs: 0 } })
}

const asInstance = (spec: InstanceSpec, from: LiveInstance): LiveInstance => ({
  ...from,
  name: spec.name,
  slot: spec.slot,
  host: spec.host,
  digest: spec.digest,
  address: null,
})

async function switchTraffic(run: Run, set: Work[]): Promise<void> {
  const before: Record<string, Slot> = {}
  const after = new Map<string, Slot>()
  for (const { resource, slot } of set) {
    if (!run.traffic.exposes(resource)) continue
    before[resource] = run.traffic.state.active[resource] ?? ''
    after.set(resource, slot)
  }
  const some = set.find(({ from }) => from !== null)?.from
  if (after.size === 0 || some === null || some === undefined) return
  await run.steer.gate()
  run.undos.push({ kind: 'switch', from: some, active: before })
  await run.recorder.step('switch the traffic', undefined, () => run.traffic.switchTo(after))
}

/** Who is live is written on the instances too, so that it can be found again without any state of ours. */
async function swapRoles(run: Run, set: Work[]): Promise<void> {
  await Promise.all(
    set.map(async (work) => {
      const spec = run.spec(work)
      const { from } = work
      if (from !== null) run.undos.push({ kind: 'revive', from })
      await run.recorder.step('take over', spec.name, async () => {
        await quick({ summary: `${spec.name} is live` }).setRole({ ...run.instanceAt(spec), role: 'live' })
        if (from === null) return
        await quick({ summary: `${from.name} is kept` }).setRole({ ...run.instanceAt(from), role: 'old' })
      })
      if (from !== null) run.aside.push(from)
      run.dirty.delete(spec.name)
    }),
  )
}
