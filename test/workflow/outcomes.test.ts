import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/contracts/index.js'
import type { Artifact } from '../../src/plan/model.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig } from '../support/rig.js'

/* In the Web UI an operation that did not succeed has failed, and each is found by how it ended. */

const DENIED = { error: 'not authorized' }

describe('how operations ended, in the Web UI', { timeout: 90_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  const deny = (fleet: Fleet, ...verbs: string[]): void =>
    verbs.forEach(
      (verb) =>
        void rig.emulator.fault({ match: { host: fleet.name, instance: fleet.instance(2), verb }, fault: DENIED }),
    )
  const ways: { outcome: Outcome; status: string; how: (fleet: Fleet) => ReturnType<Fleet['deploy']> }[] = [
    { outcome: 'succeeded', status: 'COMPLETED', how: (fleet) => fleet.deploy('1.1.0') },
    {
      outcome: 'rolledBack',
      status: 'FAILED',
      how: (fleet) => {
        deny(fleet, 'cul8er-install')
        return fleet.deploy('1.1.0')
      },
    },
    {
      outcome: 'held',
      status: 'FAILED',
      how: (fleet) => {
        deny(fleet, 'cul8er-install')
        return fleet.deploy('1.1.0', { strategy: { rollback: { onFailure: 'hold' } } })
      },
    },
    {
      outcome: 'needsAttention',
      status: 'FAILED',
      how: (fleet) => {
        deny(fleet, 'cul8er-install', 'snapshot restore')
        return fleet.deploy('1.1.0')
      },
    },
    { outcome: 'failed', status: 'FAILED', how: (fleet) => fleet.deploy('1.1.0', {}, { planFingerprint: 'another' }) },
  ]

  it.concurrent.each(ways)('$outcome: $status', async ({ outcome, status, how }) => {
    const name = `ends-${outcome.toLowerCase()}`
    const fleet = new Fleet(rig, name, 'rolling', artifacts)
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    expect(await how(fleet)).toMatchObject({ outcome })
    const query = `Cul8erTopology = "${name}" AND Cul8erOutcome = "${outcome}"`
    const wanted = [
      ...(outcome === 'succeeded' ? [`topology/${name}/op/1 COMPLETED`] : []),
      `topology/${name}/op/2 ${status}`,
    ]
    const found: string[] = []
    // The list is a moment behind.
    for (let i = 0; i < 100 && found.length < wanted.length; i += 1) {
      found.length = 0
      for await (const execution of rig.env.client.workflow.list({ query })) {
        found.push(`${execution.workflowId} ${execution.status.name}`)
      }
      await rig.env.sleep(100)
    }
    expect(found.sort()).toEqual(wanted)
  })
})
