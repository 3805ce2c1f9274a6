import type { Change } from './model.js'
import type { PlannedChanges } from './plan.js'

/** Whether a change stops nothing that runs: what is missing or stopped is started, what Incus takes meanwhile is set. */
export const isLive = ({ action, live }: Pick<Change, 'action' | 'live'>): boolean =>
  action === 'create' || action === 'start' || (action === 'update' && live === true)

/** A plan without what would stop something that runs, or delete it: that stays as it is. */
export function liveOnly(plan: PlannedChanges): PlannedChanges {
  const { volumes: _stay, ...rest } = plan
  const left = plan.changes.filter((change) => !isLive(change))
  return {
    ...rest,
    changes: plan.changes.filter(isLive),
    bystanders: [...plan.bystanders, ...left.flatMap(({ from }) => (from?.role === 'live' ? [from] : []))],
  }
}
