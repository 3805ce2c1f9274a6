import { bridge } from './bridge.js'
import { cordon } from './cordon.js'
import type { HostCheckKind } from './check.js'
import { incus } from './incus.js'
import { permission } from './permission.js'
import { platform } from './platform.js'
import { pool } from './pool.js'
import { profile } from './profile.js'
import { room } from './room.js'
import { vms } from './vms.js'

/** What is judged by what a host tells of itself, in the order in which it is shown. */
export const HOST_CHECKS: readonly HostCheckKind[] = [
  incus,
  permission,
  platform,
  cordon,
  pool,
  bridge,
  profile,
  room,
  vms,
]
