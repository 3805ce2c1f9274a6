import { copyVolume } from '../incus/index.js'
import { copyCommand, replicaLabels } from '../instances/copy-command.js'
import { durationWords } from '../topology/units.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { hostAt, instanceAt } from './view.js'

/** An instance with its data, on the host that it moves to; what is there by then is brought up to date. */
export const copy = stepKind({
  kind: 'copy',
  words: ({ at, last }) => (last === true ? 'copy what has changed' : `copy to ${at.host}`),
  instance: ({ from }) => from.name,
  before: ({ from, at, last }) => (last === true ? null : { kind: 'dropCopy', at, original: from }),
  calls: ({ from, at, last }, view) => [
    {
      activity: 'copyToHost',
      input: {
        ...instanceAt(view, from),
        topology: view.revision.topology.name,
        to: hostAt(view, at.host),
        twice: last !== true,
      },
      pace: 'lasting',
      waitMs: MOST_MS,
      summary: `${from.name} to ${at.host}`,
    },
  ],
  note: ([result], { last }) =>
    last === true
      ? undefined
      : `what changes meanwhile takes ${durationWords((result as { lastMs: number }).lastMs)}: it will be down for that long, and for a restart`,
  commands: ({ from, at, last }, { revision: { topology } }) => {
    const words = last === true ? 'copy what has changed' : 'copy'
    const way = { source: from.host, target: at.host, mode: 'relay' as const, project: topology.project }
    const labels = replicaLabels({ from: from.host, at: null, snapshot: null })
    return [
      ...(from.volumes ?? []).map((volume) => line(from, words, copyVolume(volume, way))),
      line(from, words, copyCommand(from.name, labels, way)),
    ]
  },
})

/** ms; what ends it is a lack of progress. */
const MOST_MS = 24 * 60 * 60_000
