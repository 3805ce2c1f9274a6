import type { KindOfStep, Lane, Stage, Step } from '../contracts/index.js'
import { placeKey } from '../plan/place-key.js'
import { kindOf } from './registry.js'

/** Beyond so many lanes a procedure runs in slices, each in a child workflow. */
const INLINE_MOST = 120
/** Lanes of one slice: some ten events each keep its history far below Temporal's limits. */
const SLICE_LANES = 50

/** Stages that run where the operation does, or apart from it in a child workflow. */
export interface Part {
  stages: Stage[]
  apart: boolean
}

/** A procedure in parts: one, unless it is wide. A stage that is wider than a slice becomes several of the same name. */
export function slicesOf(stages: readonly Stage[]): Part[] {
  const lanes = stages.reduce((sum, stage) => sum + stage.lanes.length, 0)
  if (lanes <= INLINE_MOST) return [{ stages: [...stages], apart: false }]
  const parts: Part[] = []
  for (const stage of stages.flatMap(narrow)) {
    const apart = isSliceable(stage)
    const last = parts.at(-1)
    if (last?.apart === apart && (!apart || width(last) + stage.lanes.length <= SLICE_LANES)) last.stages.push(stage)
    else parts.push({ stages: [stage], apart })
  }
  return parts
}

const width = ({ stages }: Part): number => stages.reduce((sum, { lanes }) => sum + lanes.length, 0)

function narrow(stage: Stage): Stage[] {
  if (!isSliceable(stage) || stage.lanes.length <= SLICE_LANES) return [stage]
  const count = Math.ceil(stage.lanes.length / SLICE_LANES)
  return Array.from({ length: count }, (_, i) => ({
    ...stage,
    lanes: stage.lanes.slice(i * SLICE_LANES, (i + 1) * SLICE_LANES),
  }))
}

/** What concerns the whole operation, or waits for a person, stays with it. */
const OF_THE_WHOLE: ReadonlySet<KindOfStep> = new Set([
  'weights',
  'switch',
  'settle',
  'recheck',
  'watch',
  'commit',
  // The parent would still take back what a slice says is final.
  'moved',
  'hook',
  // The deadline stands still meanwhile, which only the parent can see to.
  'copy',
  'backUp',
  'fetchBackup',
])

const isSliceable = ({ lanes }: Stage): boolean =>
  lanes.every(({ steps }) => steps.every(({ kind }) => !OF_THE_WHOLE.has(kind)))

/** Every instance that steps of these stages are about, by `placeKey`. */
export const instancesOf = (stages: readonly Stage[]): Set<string> =>
  new Set(
    stages.flatMap(({ lanes }) =>
      lanes.flatMap((lane) => [laneKey(lane) ?? [], lane.steps.map((step) => stepKey(step, lane) ?? [])].flat(2)),
    ),
  )

/** The instance that a lane is about, by `placeKey`; null: none. */
export const laneKey = ({ instance, host }: Pick<Lane, 'instance' | 'host'>): string | null =>
  instance === undefined ? null : keyAt(instance, host)

/** The instance that a step of a lane is about, by `placeKey`; null: none. */
export function stepKey(step: Step, { host }: Pick<Lane, 'host'>): string | null {
  const name = kindOf(step).instance(step)
  if (name === null) return null
  const places = [...('at' in step ? [step.at] : []), ...('from' in step ? [step.from] : [])]
  return keyAt(name, places.find((place) => place?.name === name)?.host ?? host)
}

const keyAt = (name: string, host: string | undefined): string => (host === undefined ? name : placeKey({ host, name }))
