import type { Logged } from '../contracts/at.js'
import type { InstanceSpec } from '../plan/model.js'
import { stepKind } from './kind.js'
import { instanceAt, specOf } from './view.js'

/** The last log lines of an instance that is about to be removed, as evidence of why. */
export const keepLogs = stepKind({
  kind: 'keepLogs',
  words: () => 'keep the log',
  instance: ({ at }) => at.name,
  optional: true,
  calls: ({ at }, view) => [
    {
      activity: 'keepLogs',
      input: {
        topology: view.revision.topology.name,
        operation: view.operation,
        instances: [{ ...instanceAt(view, at), ...logOf(specOf(view, at)) }],
      },
      pace: 'quick',
      summary: at.name,
    },
  ],
  note: ([result]) => ((result as { kept: string[] } | undefined)?.kept.length === 0 ? 'it logged nothing' : undefined),
  commands: () => [],
})

const logOf = ({ release, resource, secrets }: InstanceSpec): Pick<Logged, 'release' | 'resource' | 'secrets'> => ({
  release: release?.name ?? null,
  ...(secrets.length === 0 ? {} : { resource, secrets }),
})
