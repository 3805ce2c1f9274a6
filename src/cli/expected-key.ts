import { Cul8erError } from '../errors.js'
import type { ShownKey } from '../hosts/ssh/trust.js'

/**
 * That a machine shows one of the keys that are expected, and none that a machine before it on the way showed: that one could pass itself
 * off as all that are behind it.
 * @throws Cul8erError HOST_KEY_UNKNOWN for another key
 */
export function expectKey(
  { machine, keyType, fingerprint }: ShownKey,
  fingerprints: readonly string[],
  before: readonly ShownKey[],
): true {
  const same = before.find((other) => other.fingerprint === fingerprint)
  if (same === undefined && fingerprints.includes(fingerprint)) return true
  throw new Cul8erError(
    'HOST_KEY_UNKNOWN',
    same === undefined
      ? `${machine} shows ${keyType} ${fingerprint}, not ${fingerprints.join(' or ')}`
      : `${machine} shows ${keyType} ${fingerprint}, which is the key of ${same.machine} on the way to it`,
    {
      hint: 'this key was not trusted. Compare it with `ssh-keygen -lf` of the key files in /etc/ssh on the machine itself',
      details: { machine, fingerprint },
    },
  )
}
