import { ETC } from './global.js'
import type { StoredRoute } from './picture.js'

export interface SelfSigned {
  file: string
  host: string
}

/** Where PEM texts lie in the edge. */
export const CERTIFICATES = `${ETC}/certs`

/** Which certificate answers for which host name; the first line answers for all others. */
export const certificateList = (routes: readonly StoredRoute[]): string =>
  routes
    .map((route) => `${CERTIFICATES}/${fileOf(route)}${route.host === null ? '' : ` ${route.host.toLowerCase()}`}\n`)
    .join('')

/** Those that the edge makes itself, for development. */
export function selfSignedOf(routes: readonly StoredRoute[]): SelfSigned[] {
  const own = routes.filter(({ protocol, certificate }) => protocol === 'https' && certificate === null)
  const byFile = new Map(own.map((route) => [fileOf(route), route.host?.toLowerCase() ?? 'localhost']))
  return [...byFile].map(([file, host]) => ({ file, host }))
}

const fileOf = ({ certificate, host }: StoredRoute): string =>
  `${certificate ?? `self-signed-${host?.toLowerCase() ?? 'localhost'}`}.pem`
