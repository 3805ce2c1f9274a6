import type { HealthReport } from '../health/model.js'
import { stepKind } from './kind.js'
import { says } from './lines.js'
import { specAt, specBefore, specOf, strategyOf } from './view.js'
import { plural } from '../plural.js'

/** An instance without a probe is healthy when it runs, which takes no longer than this, ms. */
const RUNNING_MS = 60_000

/** The app answers its probe, for as long as is asked for. */
export const healthy = stepKind({
  kind: 'healthy',
  words: () => 'wait until healthy',
  instance: ({ at }) => at.name,
  skip: ({ before }, view) => before !== undefined && specBefore(view, before) === null,
  // What is healthy may have written data that a restore would lose.
  after: ({ from }, view) =>
    from !== undefined && strategyOf(view).rollback.snapshot === 'auto' && view.registered(from)?.kind === 'restore'
      ? { kind: 'reinstall', from }
      : null,
  calls: ({ at, before, proven }, view) => {
    const declared = specOf(view, at, before)
    const { healthcheck } = declared
    // What has proved itself before must answer now, not for as long as something new.
    const spec =
      proven === true && healthcheck !== null
        ? { ...declared, healthcheck: { ...healthcheck, minHealthyMs: 0 } }
        : declared
    return [
      {
        activity: 'waitUntilHealthy',
        input: specAt(view, spec),
        pace: 'waiting',
        waitMs: healthcheck?.deadlineMs ?? RUNNING_MS,
        summary: before === undefined ? at.name : `${at.name}, as it was`,
      },
    ]
  },
  proves: ([result], { at, before }, view) => {
    const { name, host, project, resource, type, release, healthcheck, expose } = specOf(view, at, before)
    const { address } = result as { address: string | null }
    return { spec: { name, host, project, resource, type, release, healthcheck, expose }, address }
  },
  note: ([result]) => healthWords((result as { report: HealthReport }).report),
  commands: ({ at }) => [says(at, 'wait until healthy')],
})

const healthWords = ({ waitedMs, failures }: HealthReport): string =>
  `healthy after ${(waitedMs / 1000).toFixed(1)} s${failures > 0 ? `, ${plural(failures, 'failed probe')} before` : ''}`
