import { autostartOf } from './declared.js'
import { stepKind } from './kind.js'
import { roleLine } from './lines.js'
import { instanceAt } from './view.js'

/** Which part an instance plays is written on it, so that it can be found again without any state of ours. */
export const role = stepKind({
  kind: 'role',
  words: (step) => (step.role === 'live' ? 'take over' : 'mark as old'),
  instance: ({ at }) => at.name,
  calls: (step, view) => [
    {
      activity: 'setRole',
      input: {
        ...instanceAt(view, step.at),
        role: step.role,
        ...(step.stays === true ? autostartOf(view, step.at) : {}),
      },
      pace: 'quick',
      summary: `${step.at.name} is ${step.role}`,
    },
  ],
  commands: (step, prediction) => [
    roleLine(step.at, prediction.revision.topology.project, step.role === 'live' ? 'take over' : 'mark as old', {
      role: step.role,
      ...(step.stays === true ? autostartOf(prediction, step.at) : {}),
    }),
  ],
})
