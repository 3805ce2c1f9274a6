import { inJson, lastLines } from '../../src/evidence/last-lines.js'
import { instanceName } from '../../src/naming/instance-names.js'
import type { Inspection } from './inspection.js'

/** Bytes of JSON in one answer: Temporal takes 2 MB. */
const MOST_BYTES = 1024 * 1024

/** What an operation's removed instances said last. */
export const inspectEvidence: Inspection<'evidence'> = async (deps, { topology, operation, of }) => {
  const all = await deps.evidence.read(topology, operation)
  const meant = of === null ? all : all.filter(({ instance }) => isOf(instance, topology, of))
  const bytes = Math.floor(MOST_BYTES / Math.max(1, meant.length))
  return {
    logs: meant.map(({ instance, lines }) => ({ instance, ...lastLines(lines, { bytes, sizeOf: inJson }) })),
    known: all.map(({ instance }) => instance),
  }
}

/** The instance is gone, and so are its labels: its name says of which resource it was. */
function isOf(instance: string, topology: string, of: string): boolean {
  const base = instanceName(topology, of, null)
  return (
    instance === of ||
    (instance.startsWith(base) && /^(-\d+)?(-(blue|green|canary))?$/.test(instance.slice(base.length)))
  )
}
