import type { Activities } from '../src/contracts/index.js'
import { analysisActivities } from './analysis.js'
import { backupActivities } from './backups.js'
import { copyActivities } from './copies.js'
import type { ActivityDeps } from './deps.js'
import { driftActivities } from './drift.js'
import { healthActivities } from './health.js'
import { hookActivities } from './hooks.js'
import { hostWatchActivities } from './host-watch.js'
import { housekeepingActivities } from './housekeeping.js'
import { imageActivities } from './image-copies.js'
import { inspectActivities } from './inspect/index.js'
import { instanceActivities } from './instances.js'
import { loadActivities } from './load.js'
import { logActivities } from './logs.js'
import { moveActivities } from './moves.js'
import { notifyActivities } from './notify.js'
import { planActivities } from './plan.js'
import { ledgerActivities } from './ledger.js'
import { releaseActivities } from './releases.js'
import { replicationActivities } from './replicate.js'
import { trafficActivities } from './traffic.js'
import { ttlActivities } from './ttl.js'
import { healthWatchActivities } from './watch.js'

export type { ActivityDeps } from './deps.js'

/** What watches between operations, and what workers elsewhere ask for. */
export const watchActivities = (
  deps: ActivityDeps,
): Pick<
  Activities,
  'watchHealth' | 'watchHosts' | 'lookForDrift' | 'watchLoad' | 'replicate' | 'backUp' | 'inspect'
> => ({
  ...healthWatchActivities(deps),
  ...hostWatchActivities(deps),
  ...driftActivities(deps),
  ...loadActivities(deps),
  ...replicationActivities(deps),
  backUp: backupActivities(deps).backUp,
  ...inspectActivities(deps),
})

/** All activities, over the given way to the world. */
export const createActivities = (deps: ActivityDeps): Activities => ({
  ...planActivities(deps),
  ...imageActivities(deps),
  ...instanceActivities(deps),
  ...releaseActivities(deps),
  ...healthActivities(deps),
  ...trafficActivities(deps),
  ...analysisActivities(deps),
  ...watchActivities(deps),
  ...inspectActivities(deps),
  ...ledgerActivities(deps),
  ...logActivities(deps),
  ...housekeepingActivities(deps),
  ...notifyActivities(deps),
  ...hookActivities(deps),
  ...copyActivities(deps),
  ...backupActivities(deps),
  ...moveActivities(deps),
  ...ttlActivities(deps),
})
