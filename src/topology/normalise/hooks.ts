import type { Hook, Topology } from '../model.js'
import type { FullDeclaration } from '../schema/topology.js'
import { DEFAULTS } from '../defaults.js'
import { HOOK_NAMES, type HookName } from '../hook-names.js'
import { milliseconds } from '../values.js'

type Declared = NonNullable<FullDeclaration['hooks']>
type Entry = NonNullable<Declared[HookName]>[number]

/** Hooks in normal form; undefined: there are none. */
export function hooks(declared: FullDeclaration['hooks']): Topology['hooks'] {
  const all = HOOK_NAMES.flatMap((name) => {
    const entries: Entry[] | undefined = declared?.[name]
    return entries === undefined ? [] : [[name, entries.map(hook)] as const]
  })
  return all.length === 0 ? undefined : Object.fromEntries(all)
}

function hook(written: Entry): Hook {
  if (typeof written === 'string') return hook(written.split(' ').filter((word) => word !== ''))
  if (Array.isArray(written)) return { command: written, timeoutMs: milliseconds(DEFAULTS.hookTimeout) }
  const { command, timeout } = written
  return {
    command,
    timeoutMs: milliseconds(timeout),
    ...('required' in written && written.required ? { required: true as const } : {}),
  }
}
