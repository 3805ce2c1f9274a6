import { Cul8erError } from '../errors.js'
import type { HostExecutor } from '../hosts/executor.js'
import { getInstance, type VolumeRef } from '../incus/index.js'
import { parseInstance } from '../incus/parse-instances.js'
import { powersInWords, undeclaredPowers, type Declared } from '../plan/replication/powers.js'
import type { Place } from './look.js'

/**
 * A restore brings the configuration of a snapshot back. Those of an instance that came from another host came with it, and whoever is root
 * there can have put into them what an instance must not have here.
 * @throws Cul8erError PERMISSION where a snapshot has what is not declared and reaches out of the instance; as the host answers
 */
export async function refuseSnapshotPowers(
  executor: HostExecutor,
  { name, host, project }: Place,
  { snapshot, declared, volumes }: { snapshot: string; declared: Declared; volumes: readonly VolumeRef[] },
  signal: AbortSignal,
): Promise<void> {
  const { snapshots } = parseInstance((await executor.run(getInstance(name, { project }), { signal })).stdout)
  const found = snapshots?.find((each) => each.name === snapshot)
  if (found === undefined) return
  const { config, devices, profiles } = found
  const has = { config: config ?? {}, devices: devices ?? {}, ...(profiles == null ? {} : { profiles }) }
  const words = powersInWords(undeclaredPowers(has, { ...declared, volumes }))
  if (words === null) return
  throw new Cul8erError(
    'PERMISSION',
    `snapshot ${snapshot} of ${name} on ${host} has ${words}, which the topology does not declare, and came from another host`,
    {
      hint: `look at it (incus config show ${name}/${snapshot}): restored, it would let what is in it reach ${host}; declare it, or restore it with Incus`,
      details: { instance: name, host, snapshot },
    },
  )
}
