import type { Lane, Stage, Step } from '../contracts/index.js'
import type { Color } from '../naming/instance-names.js'
import { setOf } from '../plan/shares.js'
import type { PlannedChange } from '../plan/planned-change.js'
import { made, placeOf } from './lanes.js'
import { rolled } from './rolling.js'
import type { Settings, Strategy } from './strategy.js'

/**
 * A whole set beside the one that serves, verified before any traffic, then one switch. The old set stands by, running, for as
 * long as `keep` says; the ledger has it removed after that.
 */
export const blueGreen: Strategy<'blueGreen'> = {
  name: 'blueGreen',
  summary: 'a whole new set beside the old one, then one switch',
  aliases: ['blue-green'],
  colored: true,
  waitsMs: ({ keepMs }) => keepMs,
  outline(changes, settings) {
    const set = setOf(settings.revision, changes)
    const others = rolled(
      changes.filter((w) => !set.includes(w)),
      settings,
    )
    if (set.length === 0) return others
    const old = set.flatMap(({ from }) => from ?? [])
    const keeps = settings.revision.topology.strategy.keepMs > 0
    return {
      stages: [
        ...others.stages,
        { name: 'bring up the new set', lanes: set.map(comeUp) },
        { name: 'verify', lanes: [{ steps: [{ kind: 'recheck' }] }] },
        ...switchStage(set, settings),
        { name: 'take over', lanes: set.map(takeOver) },
      ],
      gone: [...others.gone, ...(keeps ? [] : old)],
      standby: keeps ? old : [],
    }
  },
}

/** Into its own color's pool, which no public port leads to yet. */
function comeUp(change: PlannedChange): Lane {
  const at = placeOf(change)
  return {
    instance: at.name,
    host: at.host,
    staysDirty: true,
    steps: [...(change.revive === true ? revived(change) : made(at, 'new')), { kind: 'admit', at }],
  }
}

/** A standby has proved itself before: it must answer now. */
function revived(change: PlannedChange): Step[] {
  const { from } = change
  const at = placeOf(change)
  if (from === null) throw new Error(`${at.name} comes back but replaces no instance`)
  return [
    { kind: 'start', at, revive: { ...from, ...at, address: null } },
    { kind: 'healthy', at, proven: true },
  ]
}

function switchStage(set: readonly PlannedChange[], { revision }: Settings): Stage[] {
  const active: Record<string, Color> = {}
  for (const { resource, color } of set) {
    if ((revision.topology.resources[resource]?.expose.length ?? 0) > 0) active[resource] = color
  }
  const from = set.find((change) => change.from !== null)?.from
  if (Object.keys(active).length === 0 || from === null || from === undefined) return []
  return [{ name: 'switch', lanes: [{ steps: [{ kind: 'switch', active, from }] }] }]
}

/** Who is live is written on the instances too. */
function takeOver(change: PlannedChange): Lane {
  const at = placeOf(change)
  return { instance: at.name, host: at.host, steps: [{ kind: 'swap', at, from: change.from }] }
}
