import type { Section } from './backend.js'
import type { StoredRoute } from './picture.js'

export interface SelfSigned {
  file: string
  host: string
}

/**
 * The map from a route's certificate, by the name that HAProxy has for it, to the PEM text that it serves. HAProxy routes nothing by
 * it: a certificate that is changed on the runtime socket is noted there, so that a running process tells which one it has.
 */
export const CERTIFICATES_MAP = 'certificates.map'

/** How HAProxy calls the certificate of a route, whichever it is at a time: a link of the configuration's folder to its PEM text. */
export const certificateName = ({ as, host }: Pick<StoredRoute, 'as' | 'host'>): string =>
  `tls-${as}${host === null ? '' : `-${host.toLowerCase()}`}.pem`

/** Keys of the other map begin with a digit. */
export const isCertificateName = (key: string): boolean => key.startsWith('tls-')

/** Which certificate answers for which host name; the first line answers for all others. */
export const certificateList = (routes: readonly StoredRoute[]): string =>
  routes
    .map((route) => `${certificateName(route)}${route.host === null ? '' : ` ${route.host.toLowerCase()}`}\n`)
    .join('')

/** Name of a route's certificate -> that of its PEM text. */
export const certificatesOf = (routes: readonly StoredRoute[]): Record<string, string> =>
  Object.fromEntries(
    routes.filter(({ protocol }) => protocol === 'https').map((route) => [certificateName(route), pemOf(route)]),
  )

/** Those that the edge makes itself, for development. */
export function selfSignedOf(routes: readonly StoredRoute[]): SelfSigned[] {
  const own = routes.filter(({ protocol, certificate }) => protocol === 'https' && certificate === null)
  const byFile = new Map(own.map((route) => [`${pemOf(route)}.pem`, route.host?.toLowerCase() ?? 'localhost']))
  return [...byFile].map(([file, host]) => ({ file, host }))
}

/** Nothing goes there: a map is loaded where a rule names it. */
export const CERTIFICATES_BACKEND: Section = {
  fixed: `backend cul8er-certificates
  mode http
  http-request set-var(txn.certificate) str(-),map(${CERTIFICATES_MAP})
`,
  servers: '',
}

/** First word of what COMMIT carries out with several commands of the socket, so that no key is among what is written down. */
const SERVE = 'certificate'

/** What has HAProxy serve other PEM texts: new connections get them, and none that is open is touched. */
export const certificateChanges = (now: Record<string, string>, desired: Record<string, string>): string[] =>
  Object.entries(desired).flatMap(([name, pem]) => (now[name] === pem ? [] : [`${SERVE} ${name} ${pem}`]))

const pemOf = ({ certificate, host }: StoredRoute): string =>
  certificate ?? `self-signed-${host?.toLowerCase() ?? 'localhost'}`
