/*
 * The real code that decides, as activities use it. Mutations replace this module as a whole: what the world decides by must be
 * what the workflows under test were compiled with.
 */
export { labelsOf } from '../../../src/instances/commands.js'
export { withDrained } from '../../../src/plan/drained.js'
export { exposureChanges } from '../../../src/plan/exposure.js'
export { isOurSnapshot, superfluous } from '../../../src/naming/snapshot-names.js'
export { numbersShown } from '../../../src/plan/numbers-shown.js'
export { oursOf } from '../../../src/plan/ours.js'
export { planChanges } from '../../../src/plan/plan.js'
export { trafficNow } from '../../../src/plan/traffic-now.js'
export { liveInstance } from '../../../src/plan/planned-change.js'
export { afterLook } from '../../../src/hosts/signs.js'
export { liveOnly } from '../../../src/plan/live-only.js'
export { dueAt, nextAt, recordOf } from '../../../src/plan/replication/age.js'
export { copiesOf, isWhole, replicaOf, wantedCopies } from '../../../src/plan/replication/copies.js'
export { promotions } from '../../../src/plan/replication/promotion.js'
export { staleOriginals } from '../../../src/plan/replication/stale.js'
export { replicaSnapshot, superfluousReplicas } from '../../../src/naming/replica-snapshots.js'
