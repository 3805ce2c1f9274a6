import type { OperationEnd, OperationInput, Restoration, Stage } from '../../src/contracts/index.js'
import { secondsWords } from '../../src/topology/units.js'
import { quick } from '../engine/activities.js'
import { carryOut } from './carry-out.js'
import { conduct, type Ending } from './conduct.js'
import { inParts } from './owned.js'
import { runOf } from './run-of.js'

/**
 * An instance is made of a backup, in the place of what is there or is lost. All of the backup is fetched while that runs on; then it is
 * stopped, and stays aside with its data. Hosts that give no answer are left out.
 */
export async function restoreFromBackup(input: OperationInput, id: string): Promise<OperationEnd> {
  return conduct(input, async (conducted): Promise<Ending> => {
    const { revision, request } = input
    const { name: topology, project } = revision.topology
    const { restoration, silent } = await conducted.recorder.step(
      'find the backup',
      undefined,
      () =>
        quick({ summary: id }).findBackup({
          revision,
          hosts: input.hosts,
          resource: request.resource ?? '',
          id,
          on: request.host,
          force: request.force === true,
        }),
      ({ restoration: { at, backup } }) => `${at.name} on ${at.host}, ${ageWords(backup.takenAt)} old`,
    )
    const hosts = Object.fromEntries(Object.entries(input.hosts).filter(([name]) => !silent.includes(name)))
    const owned = await quick({ summary: topology }).findOwned({
      topology,
      project,
      hosts,
      dirty: input.dirty,
      operation: input.number,
    })
    const run = runOf({ ...input, hosts }, inParts(owned).instances, conducted)
    conducted.run = run
    return carryOut(run, { stages: stagesOf(restoration), standby: [] })
  })
}

function stagesOf(restoration: Restoration): Stage[] {
  const { at, original } = restoration
  const where = { instance: at.name, host: at.host }
  return [
    {
      name: `fetch the backup of ${at.name}`,
      lanes: [{ host: at.host, steps: [{ kind: 'fetchBackup', restoration }] }],
    },
    ...(original === undefined
      ? []
      : [
          {
            name: 'put the original aside',
            lanes: [
              {
                instance: original.name,
                host: original.host,
                steps: [
                  { kind: 'drain' as const, at: original, from: original },
                  { kind: 'forget' as const, at: original },
                  { kind: 'retire' as const, from: original },
                ],
              },
            ],
          },
        ]),
    {
      name: `restore ${at.name} on ${at.host}`,
      lanes: [
        {
          ...where,
          staysDirty: true,
          steps: [
            { kind: 'placeFetched', restoration },
            { kind: 'start', at },
            { kind: 'healthy', at },
          ],
        },
      ],
    },
    { name: 'into rotation', lanes: [{ ...where, steps: [{ kind: 'admit', at }] }] },
    { name: 'verify', lanes: [{ steps: [{ kind: 'settle', partly: true }, { kind: 'recheck' }] }] },
    { name: 'commit', lanes: [{ steps: [{ kind: 'commit', gone: [] }] }] },
  ]
}

const ageWords = (at: string): string => secondsWords(Date.now() - Date.parse(at))
