import type { HookName } from './hook-names.js'
import type { Hook, Topology } from './model.js'

/** The hooks of one operation; either list may be empty. */
export interface OperationHooks {
  before: { name: HookName; hooks: Hook[] }
  after: { name: HookName; hooks: Hook[] }
}

/** Kinds of operations that have hooks. */
const NAMES: Record<string, { before: HookName; after: HookName }> = {
  deploy: { before: 'beforeDeploy', after: 'afterDeploy' },
  rollback: { before: 'beforeRollback', after: 'afterRollback' },
  destroy: { before: 'beforeDestroy', after: 'afterDestroy' },
}

/** What a declaration would have run before and after an operation; null: nothing, or operations of its kind have no hooks. */
export function hooksOf(kind: string, declared: Pick<Topology, 'hooks'> | null): OperationHooks | null {
  const names = Object.hasOwn(NAMES, kind) ? NAMES[kind] : undefined
  if (names === undefined) return null
  const of = (name: HookName) => ({ name, hooks: declared?.hooks?.[name] ?? [] })
  const [before, after] = [of(names.before), of(names.after)]
  return before.hooks.length + after.hooks.length === 0 ? null : { before, after }
}
