import { quick } from '../steps/activities.js'
import { remove } from '../steps/instance.js'
import { Run } from '../steps/run.js'
import { conduct, type Ending } from './conduct.js'
import type { OperationEnd, OperationInput } from '../../src/contracts/index.js'
import { trafficNow } from '../../src/plan/traffic-now.js'

/** The time of a kept set is over: out of the edge and gone. */
export async function cleanup(input: OperationInput): Promise<OperationEnd> {
  return conduct(input, async ({ steer, recorder }): Promise<Ending> => {
    const { topology } = input.revision
    const found = await recorder.step('find what was kept', undefined, () =>
      quick({ summary: topology.name }).findOwned({
        topology: topology.name,
        project: topology.project,
        hosts: input.hosts,
      }),
    )
    const { number: operation, revision, base, hosts } = input
    const run = new Run({ operation, revision, base, hosts, traffic: trafficNow(topology, found) }, steer, recorder)
    steer.noReturn = 'the kept set is being removed'
    for (const old of found.filter(({ name, role }) => role === 'old' && input.standby.includes(name)))
      await remove(run, old)
    return { outcome: 'succeeded' }
  })
}
