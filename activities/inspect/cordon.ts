import { expired } from '../../src/contracts/index.js'
import { Cul8erError } from '../../src/errors.js'
import { parseServer, serverInfo, setCordon, type Cordon } from '../../src/incus/index.js'
import type { Inspection } from './inspection.js'

/** Says on a host that nothing new is to be put there, or no longer says it. Without a new reason the one that is there stays. */
export const inspectCordon: Inspection<'cordon'> = async ({ executorFor }, { host, via, cordon, notAfter }, signal) => {
  // Whoever reads an old request could send it again: one that only looks does no harm then, this one would.
  const now = Date.now()
  if (!(Date.parse(notAfter) >= now)) {
    const { code, message, ...more } = expired({ notAfter }, now)
    throw new Cul8erError(code, message, more)
  }
  const executor = executorFor(host, via)
  const { cordoned: before } = parseServer((await executor.run(serverInfo(), { signal })).stdout)
  const wanted = cordon === null || before === null ? cordon : renewed(before, cordon)
  if (isSame(before, wanted)) return { host, cordoned: before, changed: false }
  await executor.run(setCordon(wanted), { signal })
  return { host, cordoned: wanted, changed: true }
}

/** It is cordoned for as long as it was, whatever the reason is now. */
const renewed = (before: Cordon, cordon: Cordon): Cordon =>
  cordon.reason === null || cordon.reason === before.reason
    ? before
    : { ...cordon, since: before.since ?? cordon.since }

const isSame = (one: Cordon | null, other: Cordon | null): boolean => JSON.stringify(one) === JSON.stringify(other)
