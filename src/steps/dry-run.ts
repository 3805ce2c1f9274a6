import type { Stage, Step } from '../contracts/index.js'
import type { DryStep } from '../contracts/inspect.js'
import { kindOf } from './registry.js'
import type { Prediction } from './view.js'

/**
 * The Incus commands that a procedure will run if all goes well, in its order, as its steps say. Health probes and the edge's own
 * commands are named, not listed: they depend on what the instances answer.
 */
export const dryRun = (stages: readonly Stage[], prediction: Prediction): DryStep[] =>
  stages.flatMap(({ lanes }) => lanes.flatMap(({ steps }) => steps.flatMap((step) => commandsOf(step, prediction))))

const commandsOf = (step: Step, prediction: Prediction): DryStep[] => kindOf(step).commands(step, prediction)
