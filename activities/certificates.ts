import { openCertificate } from '../src/certificates/seal.js'
import { Cul8erError } from '../src/errors.js'
import { expandHome } from '../src/files/paths.js'
import { readRegular, Unreadable } from '../src/files/read-regular.js'
import type { RouteCertificate } from '../src/plan/certificates.js'
import { SECRET_LIMIT_BYTES } from '../src/secrets/sources/resolver.js'
import type { Route } from '../src/traffic/model.js'
import type { ActivityDeps } from './deps.js'
import { rememberSecret } from './secrets.js'

/**
 * The certificate of a route with its private key, in clear: it goes to the edge and nowhere else. Of a revision that was recorded
 * with paths alone the worker reads the files.
 * @throws Cul8erError SECRET_UNRESOLVED
 */
export async function openedCertificate(
  certificate: RouteCertificate,
  topology: string,
  { sealKey, formerKeys }: Pick<ActivityDeps, 'sealKey' | 'formerKeys'>,
): Promise<NonNullable<Route['certificate']>> {
  const { as, host } = certificate
  const opened =
    'sealed' in certificate
      ? openCertificate(certificate, topology, [sealKey, ...formerKeys])
      : { certPem: await fromFile(certificate.cert, as), keyPem: await fromFile(certificate.key, as) }
  rememberSecret(`${topology}: key of port ${as}${host === null ? '' : ` of ${host}`}`, opened.keyPem)
  return opened
}

async function fromFile(named: string, as: number): Promise<string> {
  const path = expandHome(named)
  const bytes = await readRegular(path, SECRET_LIMIT_BYTES).catch((error: unknown) => {
    if (!(error instanceof Unreadable)) throw error
    throw new Cul8erError('SECRET_UNRESOLVED', `the certificate of port ${as}: the file ${path} ${error.message}`, {
      hint: 'this revision records only the path, which the worker reads: put the file back, or deploy again, which stores its contents',
    })
  })
  return bytes.toString('utf8')
}
