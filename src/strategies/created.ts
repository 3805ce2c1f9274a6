import type { Place, Stage } from '../contracts/index.js'

/** What a strategy makes, with what no plan names: a canary of an operation that was lost may serve under the name of the next. */
export const createdBy = (stages: readonly Stage[]): Place[] =>
  stages.flatMap(({ lanes }) =>
    lanes.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === 'create' ? [step.at] : []))),
  )
