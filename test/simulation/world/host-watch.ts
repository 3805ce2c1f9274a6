import type { HostRecord, HostWatchInput } from '../../../src/contracts/index.js'
import type { Acts } from './acts.js'
import type { World } from './world.js'

/** Whether hosts are there. */
export const hostWatchActs: Pick<Acts, 'watchHosts'> = {
  watchHosts: ({ hosts, known, deadAfterMs }, { world, pure, since }) => {
    const records = Object.fromEntries(
      Object.keys(hosts).map((host): [string, HostRecord] => {
        const outage = world.outages.get(host)
        const looked = (record: HostRecord | undefined, ms: number, silence: string | null): HostRecord =>
          pure.afterLook(record, { began: iso(ms), ended: iso(ms), silence }, { deadAfterMs })
        if (outage === undefined) return [host, looked(known[host], world.now(), null)]
        const from = Math.max(outage.since, since)
        let record = outage.since > since ? looked(known[host], from, null) : known[host]
        for (let ms = from; ms <= world.now() && record?.state !== 'dead'; ms += LOOK_EVERY_MS)
          record = looked(record, ms, 'no route to host')
        return [host, record ?? looked(undefined, world.now(), 'no route to host')]
      }),
    )
    const changes = Object.entries(records).flatMap(([host, { state: to, since: at, cause }]) => {
      const from = known[host]?.state ?? 'alive'
      return from === to ? [] : [{ host, from, to, at, ...(cause === undefined ? {} : { cause }) }]
    })
    return changes.length === 0 ? null : { hosts: records, changes }
  },
}

const LOOK_EVERY_MS = 1_000

/** When a watch that begins now will see a host in another state, ms from now; without one it ends by itself. */
export function seesChangeIn(
  { hosts, known, deadAfterMs, forMs }: HostWatchInput & { forMs: number },
  world: World,
): number {
  const times = Object.keys(hosts).map((host) => {
    const record = known[host]
    const outage = world.outages.get(host)
    if (outage === undefined) return record === undefined || record.state === 'alive' ? Infinity : LOOK_EVERY_MS
    if (record?.state === 'dead') return Infinity
    const since = record?.silentSince === undefined ? world.now() : Date.parse(record.silentSince)
    const states = record?.state === 'suspected' ? [deadAfterMs] : [suspectedAfterMs(deadAfterMs), deadAfterMs]
    return Math.max(LOOK_EVERY_MS, since + states[0]! - world.now() + LOOK_EVERY_MS)
  })
  return Math.min(forMs, ...times)
}

/** A host that goes now is suspected after so long. */
export const suspectedAfterMs = (deadAfterMs: number): number => Math.min(10_000, deadAfterMs / 2)

const iso = (ms: number): string => new Date(ms).toISOString()
