import { Cul8erError } from '../../../errors.js'
import { certificateChanged, type HostWords } from './refusals.js'

/** Fingerprints of one server's certificate. */
export interface Fingerprints {
  /** Of what it shows now. */
  found: string
  /** Of what was accepted earlier; null: nothing was. */
  accepted: string | null
  /** What a person, or a token, says that it is. */
  expected: { fingerprint: string; by: '--fingerprint' | 'the trust token' }[]
}

/**
 * Whether a server's certificate is accepted: `sure`, because it is known or was named; or somebody has to be asked about a `new` one, or
 * about one in place of another (`changed`).
 * @throws Cul8erError HOST_NOT_TRUSTED where it is not the one that was named; HOST_KEY_CHANGED for `changed` when nobody is asked
 */
export function judge(
  host: HostWords,
  { found, accepted, expected }: Fingerprints,
  { asks }: { asks: boolean },
): 'sure' | 'new' | 'changed' {
  const other = expected.find(({ fingerprint }) => fingerprint !== found)
  if (other !== undefined) throw notExpected(host, found, other)
  if (expected.length > 0 || found === accepted) return 'sure'
  if (accepted === null) return 'new'
  if (!asks) throw certificateChanged(host, found, accepted)
  return 'changed'
}

const notExpected = (
  { name, address }: HostWords,
  found: string,
  { fingerprint, by }: Fingerprints['expected'][number],
): Cul8erError =>
  new Cul8erError(
    'HOST_NOT_TRUSTED',
    `${address} shows a certificate with fingerprint ${found}, and ${by} says ${fingerprint}`,
    {
      hint: `is ${name} the host that you mean? \`incus info\` there shows certificate_fingerprint`,
      details: { found, expected: fingerprint },
    },
  )
