import type { Lane, Stage } from '../contracts/index.js'
import type { LiveInstance, PlannedChange } from '../plan/planned-change.js'
import { retired } from './lanes.js'
import { removed, volumeRemoved } from './removal.js'

/** What moves with its data: copied first, while the app runs. Then one after another stops, is copied to its end and starts elsewhere. */
export function withData(changes: readonly PlannedChange[]): { copies: Stage[]; moves: Stage[] } {
  const moves = changes.flatMap(({ action, from, host }) =>
    action === 'move' && from !== null ? [{ from, at: placeOn(from, host) }] : [],
  )
  const copies: Stage = { name: 'copy data', lanes: moves.map(copied), atOnce: COPIES_AT_ONCE }
  return {
    copies: moves.length === 0 ? [] : [copies],
    moves: moves.flatMap((move) => [
      { name: `move ${move.from.name} to ${move.at.host}`, lanes: [movedOver(move)] },
      // It serves on the other host by now: what is left here is no reason to take anything back.
      { name: `remove ${move.from.name} from ${move.from.host}`, lanes: [gone(move)], onFailure: 'continue' as const },
    ]),
  }
}

/** All of it passes through the worker. */
const COPIES_AT_ONCE = 2

interface Move {
  from: LiveInstance
  at: LiveInstance
}

const placeOn = (from: LiveInstance, host: string): LiveInstance => ({ ...from, host, address: null, role: 'new' })

const copied = ({ from, at }: Move): Lane => ({ host: at.host, steps: [{ kind: 'copy', from, at }] })

const movedOver = ({ from, at }: Move): Lane => ({
  instance: from.name,
  host: from.host,
  steps: [
    ...retired(from, { moves: true }),
    { kind: 'copy', from, at, last: true },
    { kind: 'takeOver', from, at },
    { kind: 'start', at },
    { kind: 'healthy', at },
    { kind: 'moved', from, at },
    { kind: 'admit', at },
  ],
})

function gone({ from }: Move): Lane {
  const volumes = (from.volumes ?? []).map(({ pool, name }) => volumeRemoved({ host: from.host, pool, name }))
  return { ...removed(from), steps: [...removed(from).steps, ...volumes.flatMap(({ steps }) => steps)] }
}
