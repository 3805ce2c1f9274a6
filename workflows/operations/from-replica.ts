import { patched } from '@temporalio/workflow'
import type { OperationEnd, OperationInput, Stage } from '../../src/contracts/index.js'
import type { Promotion } from '../../src/plan/replication/promotion.js'
import { secondsWords } from '../../src/topology/units.js'
import { quick } from '../engine/activities.js'
import { carryOut } from './carry-out.js'
import { conduct, type Ending } from './conduct.js'
import { findOwned, inParts, patienceOf } from './owned.js'
import { runOf } from './run-of.js'

/**
 * Copies become the live instances, in the place of originals that are lost: those that are found are stopped first and keep their data. Hosts
 * that give no answer are left out.
 */
export async function restoreFromReplica(input: OperationInput, host: string): Promise<OperationEnd> {
  return conduct(input, async (conducted): Promise<Ending> => {
    const { revision, request } = input
    const { copies, silent } = await conducted.recorder.step(
      'find the copies',
      undefined,
      () =>
        quick({ summary: host }).findCopies({
          revision,
          hosts: input.hosts,
          host,
          resource: request.resource,
          force: request.force === true,
          ...patienceOf(input),
        }),
      (found) => found.copies.map(({ at, copiedAt }) => `${at.name}, ${ageWords(copiedAt)} old`).join('; '),
    )
    const hosts = Object.fromEntries(Object.entries(input.hosts).filter(([name]) => !silent.includes(name)))
    const owned = await findOwned(input, input.topology, { hosts, dirty: input.dirty })
    const run = runOf({ ...input, hosts }, inParts(owned).instances, conducted)
    conducted.run = run
    const oneWayBack = patched('one-way-back')
    const originals = copies.flatMap(({ original }) => original ?? [])
    return carryOut(run, {
      stages: [
        ...stage({
          name: 'put the originals aside',
          lanes: originals.map((from) => ({
            instance: from.name,
            host: from.host,
            steps: [
              { kind: 'drain', at: from, from },
              { kind: 'forget', at: from },
              // Its host would start a second one that writes, when that is restarted.
              { kind: 'retire', from, moves: true },
            ],
          })),
        }),
        ...copies.map((copy) => promoted(copy, oneWayBack)),
        {
          name: 'into rotation',
          lanes: copies.map(({ at }) => ({ instance: at.name, host: at.host, steps: [{ kind: 'admit', at }] })),
        },
        { name: 'verify', lanes: [{ steps: [{ kind: 'settle', partly: true }, { kind: 'recheck' }] }] },
        { name: 'commit', lanes: [{ steps: [{ kind: 'commit', gone: [] }] }] },
      ],
      standby: [],
    })
  })
}

const stage = (each: Stage): Stage[] => (each.lanes.length === 0 ? [] : [each])

const promoted = (promotion: Promotion, oneWayBack: boolean): Stage => ({
  name: `restore ${promotion.at.name} on ${promotion.at.host}`,
  lanes: [
    {
      instance: promotion.at.name,
      host: promotion.at.host,
      staysDirty: true,
      steps: [
        { kind: 'promote', promotion, ...(oneWayBack ? { oneWayBack } : {}) },
        { kind: 'start', at: promotion.at },
        { kind: 'healthy', at: promotion.at },
      ],
    },
  ],
})

const ageWords = (at: string): string => secondsWords(Date.now() - Date.parse(at))
