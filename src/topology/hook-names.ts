/** When a hook runs: before or after which kind of operation. */
export const HOOK_NAMES = [
  'beforeDeploy',
  'afterDeploy',
  'beforeRollback',
  'afterRollback',
  'beforeDestroy',
  'afterDestroy',
] as const
/** A key of `hooks`. */
export type HookName = (typeof HOOK_NAMES)[number]
