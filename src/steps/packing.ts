import type { Lane, Stage, Step } from '../contracts/index.js'

/** What a step may be about: written once for all steps of a slice that say the same. */
const REPEATED = ['at', 'from', 'before', 'revive'] as const

/** Stages as they travel to a slice: instances are places in a list. */
export interface Packed {
  instances: unknown[]
  stages: (Omit<Stage, 'lanes'> & { lanes: (Omit<Lane, 'steps'> & { steps: Record<string, unknown>[] })[] })[]
}

/** Each step of a lane names its instance in full; in a payload once is enough. */
export function pack(stages: readonly Stage[]): Packed {
  const places = new Map<string, number>()
  const instances: unknown[] = []
  const place = (instance: unknown): number => {
    const key = JSON.stringify(instance)
    const known = places.get(key)
    if (known !== undefined) return known
    places.set(key, instances.length)
    return instances.push(instance) - 1
  }
  const packed = (step: Step): Record<string, unknown> =>
    withEach(step, (value) => (typeof value === 'object' && value !== null ? place(value) : value))
  return { stages: stages.map((stage) => withSteps(stage, packed)), instances }
}

/** The stages again. */
export function unpack({ instances, stages }: Packed): Stage[] {
  const unpacked = (step: Record<string, unknown>): Step =>
    withEach(step, (value) => (typeof value === 'number' ? instances[value] : value)) as unknown as Step
  return stages.map((stage) => withSteps(stage, unpacked))
}

const withEach = (step: object, change: (value: unknown) => unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(step).map(([key, value]) => [key, REPEATED.some((name) => name === key) ? change(value) : value]),
  )

const withSteps = <A, B, S extends { lanes: (Omit<Lane, 'steps'> & { steps: A[] })[] }>(
  stage: S,
  change: (step: A) => B,
) => ({
  ...stage,
  lanes: stage.lanes.map((lane) => ({ ...lane, steps: lane.steps.map(change) })),
})
