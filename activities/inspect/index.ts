import type { Activities, InspectAnswers, InspectKind, InspectRequest } from '../../src/contracts/index.js'
import type { ActivityDeps } from '../deps.js'
import { step } from '../step.js'
import type { Inspection } from './inspection.js'
import { inspectBackups } from './backups.js'
import { inspectCordon } from './cordon.js'
import { inspectEvidence } from './evidence.js'
import { inspectFound } from './found.js'
import { inspectHosts } from './hosts.js'
import { inspectHostChecks } from './host-checks.js'
import { inspectLogs } from './logs.js'
import { inspectOrphans } from './orphans.js'
import { inspectPlan } from './plan.js'
import { inspectRelayed } from './relayed.js'
import { inspectRestart } from './restart.js'
import { inspectSnapshots } from './snapshots.js'
import { inspectStatus } from './status.js'

/** Every kind of inspection. */
const INSPECTIONS: { [Kind in InspectKind]: Inspection<Kind> } = {
  plan: inspectPlan,
  status: inspectStatus,
  restart: inspectRestart,
  found: inspectFound,
  snapshots: inspectSnapshots,
  backups: inspectBackups,
  cordon: inspectCordon,
  orphans: inspectOrphans,
  hosts: inspectHosts,
  hostChecks: inspectHostChecks,
  logs: inspectLogs,
  evidence: inspectEvidence,
  relayed: inspectRelayed,
}

/** Looks at the world for commands. */
export function inspectActivities(deps: ActivityDeps): Pick<Activities, 'inspect'> {
  return {
    inspect: <Kind extends InspectKind>(request: InspectRequest<Kind>): Promise<InspectAnswers[Kind]> =>
      step((asked: InspectRequest<Kind>, signal) => INSPECTIONS[asked.kind](deps, asked, signal))(request),
  }
}
