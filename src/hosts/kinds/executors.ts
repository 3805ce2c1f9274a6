import type { HostKindName } from './addresses.js'
import { emulatedExecutors } from './emulated/executor.js'
import type { ExecutorKind } from './executor.js'
import { incusExecutors } from './incus/executor.js'
import { localExecutors } from './local/executor.js'
import { sshExecutors } from './ssh/executor.js'

/** The kinds of host that can be reached. One that is not here has `unavailable` in its `address.ts`. */
export const EXECUTOR_KINDS: Partial<Record<HostKindName, ExecutorKind>> = {
  local: localExecutors,
  emulated: emulatedExecutors,
  incus: incusExecutors,
  ssh: sshExecutors,
}
