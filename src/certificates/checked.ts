import { certificateKey, certificateNotes } from '../plan/certificates.js'
import type { Topology } from '../topology/model.js'
import { readCertificates } from './read.js'
import { unusable } from './seal.js'

/**
 * Checks the files of a topology's certificates as far as they can be read here.
 *
 * @param options.directory - the folder of the topology file
 * @returns in words: files that are out of reach, and certificates that end soon
 * @throws Cul8erError INVALID_TOPOLOGY for what can be read and cannot be used
 */
export async function checkedCertificates(
  topology: Topology,
  options: { directory: string; now: Date },
): Promise<{ outOfReach: string[]; endSoon: string[] }> {
  const all = await readCertificates(topology, options)
  const problems = all.flatMap((each) => each.problems)
  if (problems.length > 0) throw unusable(topology.name, problems)
  const ends = all.flatMap(({ entry: { resource, expose }, pair }) =>
    pair === null ? [] : [[certificateKey(resource, expose), pair] as const],
  )
  return {
    outOfReach: all.flatMap((each) => each.outOfReach.map(({ path, message }) => `${path}: ${message}`)),
    endSoon: certificateNotes(topology, Object.fromEntries(ends), options.now),
  }
}
