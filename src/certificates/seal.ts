import { Cul8erError } from '../errors.js'
import { certificateKey, chainFingerprint } from '../plan/certificates.js'
import type { OwnCertificate, Sealed } from '../plan/model.js'
import { openWithAny, seal, secretContext } from '../secrets/seal.js'
import type { Expose, Topology } from '../topology/model.js'
import type { Finding } from '../topology/problem.js'
import type { Route } from '../traffic/model.js'
import { isPrivateKey, pemBlocks } from './pem.js'
import { readCertificates } from './read.js'

/** Bytes that all sealed certificates of a topology may have together: they travel in payloads, which are limited to 2 MB. */
const LIMIT_BYTES = 256 * 1024

/**
 * The certificates of a topology by `certificateKey`, read from their files and sealed.
 * @throws Cul8erError INVALID_TOPOLOGY with everything that is wrong with the files, and the place of each in the topology
 */
export async function sealCertificates(
  topology: Topology,
  { directory, sealKey, now }: { directory: string; sealKey: Uint8Array; now: Date },
): Promise<Record<string, OwnCertificate>> {
  const all = await readCertificates(topology, { directory, now })
  const found = all.flatMap(({ problems, outOfReach }) => [...problems, ...outOfReach])
  if (found.length > 0) throw unusable(topology.name, found)
  const sealed = Object.fromEntries(
    all.flatMap(({ entry: { resource, expose }, pair }) => {
      if (pair === null) return []
      const { chain, key, notAfter } = pair
      const box = seal(chain + key, sealKey, contextOf(topology.name, resource, expose))
      const own: OwnCertificate = { sealed: box, fingerprint: chainFingerprint(chain), notAfter }
      return [[certificateKey(resource, expose), own] as const]
    }),
  )
  refuseTooMuch(sealed)
  return sealed
}

/** @returns a Cul8erError INVALID_TOPOLOGY that names all of them */
export function unusable(topology: string, found: Finding[]): Cul8erError {
  const lines = found.map(({ path, message }) => `${path}: ${message}`)
  return new Cul8erError('INVALID_TOPOLOGY', `certificates of ${topology} cannot be used\n${lines.join('\n')}`, {
    hint: 'paths are relative to the topology file; without `certificate` the port answers with a self-signed one',
    details: { problems: found.map(({ at: _at, ...each }) => each) },
  })
}

/**
 * What `sealCertificates` sealed for a port.
 * @param keys - the newest first
 * @throws Cul8erError SECRET_UNRESOLVED when none of them opens it
 */
export function openCertificate(
  { resource, as, host, sealed }: Pick<Expose, 'as' | 'host'> & { resource: string; sealed: Sealed },
  topology: string,
  keys: readonly [Uint8Array, ...Uint8Array[]],
): NonNullable<Route['certificate']> {
  const text = openWithAny(sealed, keys, contextOf(topology, resource, { as, host }))
  const [keyPem = ''] = pemBlocks(text).flatMap((block) => (isPrivateKey(block) ? [block.text] : []))
  return { certPem: text.slice(0, text.length - keyPem.length), keyPem }
}

/** No environment variable has a space in its name. */
const contextOf = (topology: string, resource: string, { as, host }: Pick<Expose, 'as' | 'host'>): string =>
  secretContext(topology, resource, `certificate of ${certificateKey(resource, { as, host })}`)

function refuseTooMuch(sealed: Record<string, OwnCertificate>): void {
  const bytes = Object.values(sealed).reduce((sum, own) => sum + own.sealed.box.length, 0)
  if (bytes <= LIMIT_BYTES) return
  throw new Cul8erError(
    'INVALID_TOPOLOGY',
    `the sealed certificates have ${bytes} bytes, allowed ${LIMIT_BYTES} in one topology`,
    { hint: 'use EC keys, shorter chains, or one certificate for several names; or split the topology' },
  )
}
