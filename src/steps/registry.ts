import type { KindOfStep, Step } from '../contracts/index.js'
import { admit } from './admit.js'
import { backUp } from './back-up.js'
import { closePorts } from './close-ports.js'
import { commit } from './commit.js'
import { configure } from './configure.js'
import { copy } from './copy.js'
import { copyImage } from './copy-image.js'
import { create } from './create.js'
import { deletion } from './delete.js'
import { deleteVolume } from './delete-volume.js'
import { drain } from './drain.js'
import { dropCopy } from './drop-copy.js'
import { dropSnapshot } from './drop-snapshot.js'
import { dropFetched, fetchBackup, placeFetched, takeOut } from './fetched.js'
import { forget } from './forget.js'
import { halt } from './halt.js'
import { healthy } from './healthy.js'
import { hook } from './hook.js'
import { install } from './install.js'
import { keepLogs } from './keep-logs.js'
import type { StepKind } from './kind.js'
import { moved } from './moved.js'
import { project } from './project.js'
import { demote, promote } from './promote.js'
import { prune } from './prune.js'
import { putBack } from './put-back.js'
import { recheck } from './recheck.js'
import { restart } from './restart.js'
import { restore } from './restore.js'
import { retire } from './retire.js'
import { role } from './role.js'
import { settle } from './settle.js'
import { snapshot } from './snapshot.js'
import { start } from './start.js'
import { swap } from './swap.js'
import { switchTraffic } from './switch.js'
import { takeOver } from './take-over.js'
import { watch } from './watch.js'
import { weights } from './weights.js'

/** Every kind of step. To add one: a file beside this one, its data in `contracts/procedure.ts`, and a line here. */
const KINDS: { [K in KindOfStep]: StepKind<K> } = {
  project,
  copyImage,
  create,
  configure,
  install,
  start,
  restart,
  halt,
  retire,
  snapshot,
  dropSnapshot,
  restore,
  promote,
  demote,
  backUp,
  fetchBackup,
  placeFetched,
  takeOut,
  dropFetched,
  copy,
  takeOver,
  moved,
  putBack,
  dropCopy,
  healthy,
  admit,
  drain,
  forget,
  role,
  swap,
  weights,
  switch: switchTraffic,
  settle,
  recheck,
  watch,
  commit,
  keepLogs,
  delete: deletion,
  deleteVolume,
  prune,
  closePorts,
  hook,
}

/** The kind of a step, as one that takes just this step. */
export const kindOf = (step: Step): StepKind<KindOfStep> => KINDS[step.kind] as unknown as StepKind<KindOfStep>
