import type { Activities, Drift, Drifted, DriftSeen } from '../src/contracts/index.js'
import { Cul8erError, PERMANENT } from '../src/errors.js'
import { toPlan } from '../src/plan/plan.js'
import { withoutValues } from '../src/plan/without-values.js'
import { isLive } from '../src/plan/live-only.js'
import type { ActivityDeps } from './deps.js'
import { observeAndPlan } from './plan.js'
import { maskedText } from './secrets.js'
import { step } from './step.js'

/** What goes into a history. */
const MOST = { changes: 100, reasons: 5, characters: 300 } as const

/** Seeing between operations whether everything is as the stable revision says. */
export function driftActivities(deps: ActivityDeps): Pick<Activities, 'lookForDrift'> {
  return {
    lookForDrift: step(async ({ topology, revision, standby, without, known }, signal): Promise<DriftSeen | null> => {
      const drift = await driftOf(async () => {
        const { hosts } = revision.topology
        const looked = { revision, base: revision, hosts, dirty: [], standby, without, force: false }
        const { plan } = await observeAndPlan(deps, looked, signal)
        return toPlan(topology, plan).changes.map((change): Drifted => {
          const { action, resource, instance, host, reasons } = change
          const said = reasons.slice(0, MOST.reasons).map(told)
          return { action, resource, instance, host, reasons: said, live: isLive(change) }
        })
      })
      const isKnown = JSON.stringify([drift.changes, drift.refused]) === JSON.stringify([known.changes, known.refused])
      return isKnown ? null : { ...drift, at: new Date().toISOString() }
    }),
  }
}

/** A history, an exported state and notifiers get it: more people than those who may read a plan. */
const told = (reason: string): string => maskedText(withoutValues(reason)).slice(0, MOST.characters)

/** What cannot be planned differs as well: no retry gives another answer. */
async function driftOf(look: () => Promise<Drifted[]>): Promise<Drift> {
  try {
    return { changes: (await look()).slice(0, MOST.changes) }
  } catch (error) {
    // Of a site without a worker nobody knows whether it differs.
    const isAnswer = error instanceof Cul8erError && PERMANENT.has(error.code) && error.code !== 'NO_WORKER'
    if (!isAnswer) throw error
    return { changes: [], refused: maskedText(error.message).slice(0, MOST.characters) }
  }
}
