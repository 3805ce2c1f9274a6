import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Expose, Topology } from '../topology/model.js'
import type { Route } from '../traffic/model.js'
import type { OwnCertificate, Revision, Sealed } from './model.js'
import type { Color } from '../naming/instance-names.js'
import { poolOf } from './routes.js'
import { plural } from '../plural.js'

/** Days before its end in which a plan warns of it. */
const WARN_DAYS = 14

const DAY_MS = 24 * 60 * 60 * 1000

/** A port that has a certificate of its own: `resource` exposes it. */
export interface Certified {
  resource: string
  index: number
  expose: Expose & { certificate: NonNullable<Expose['certificate']> }
}

/** All entries of a topology that name a certificate. */
export const certified = ({ resources }: Pick<Topology, 'resources'>): Certified[] =>
  Object.entries(resources).flatMap(([resource, { expose: entries }]) =>
    entries.flatMap((expose, index) => {
      const { certificate } = expose
      return certificate === null ? [] : [{ resource, index, expose: { ...expose, certificate } }]
    }),
  )

/** Where a revision keeps the certificate of a port: `web/443/app.example.com`; without a host name `web/443`. */
export const certificateKey = (resource: string, { as, host }: Pick<Expose, 'as' | 'host'>): string =>
  [resource, as, ...(host === null ? [] : [host])].join('/')

/** Of a chain's PEM, but not of how it is written: tells whether an edge serves another one. 32 hex digits of a SHA-256. */
export const chainFingerprint = (chain: string): string =>
  bytesToHex(sha256(utf8ToBytes((chain.match(BLOCK) ?? []).join('').replaceAll(/\s/g, '')))).slice(0, 32)

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** The certificate of a route: sealed with the revision; or, recorded before they were, the paths of its files. */
export type RouteCertificate = { as: number; host: string | null } & (
  { resource: string; sealed: Sealed } | { cert: string; key: string }
)

/** All certificates that a revision declares. */
export const declaredCertificates = ({ topology, certificates = {} }: Source): RouteCertificate[] =>
  certified(topology).map(({ resource, expose }) => kept(resource, expose, certificates))

/** As it is kept with the revision, or by its files where it is not. */
function kept(
  resource: string,
  { as, host, certificate }: Certified['expose'],
  certificates: NonNullable<Revision['certificates']>,
): RouteCertificate {
  const sealed = certificates[certificateKey(resource, { as, host })]?.sealed
  return { as, host, ...(sealed === undefined ? certificate : { resource, sealed }) }
}

type Source = Pick<Revision, 'topology' | 'certificates'>

/**
 * The certificates that the routes of a host are served with.
 *
 * @param declared - what the edge is told by
 * @param before - what served before: a port may lead to a resource of it that goes
 */
export function certificatesFor(
  routes: readonly Pick<Route, 'as' | 'host' | 'pool'>[],
  declared: Source,
  before: Source | null,
): RouteCertificate[] {
  return routes.flatMap((route) => {
    const own = entriesOf(declared, route)
    const former = before === null ? [] : entriesOf(before, route)
    const leadsHere = ({ pools }: Entry): boolean => pools.includes(route.pool)
    const exact = own.find(leadsHere)
    if (exact !== undefined) return exact.certificate ?? []
    return own.find(({ certificate }) => certificate !== null)?.certificate ?? former.find(leadsHere)?.certificate ?? []
  })
}

interface Entry {
  /** Those that the entry's port may lead to. */
  pools: string[]
  /** null: a self-signed one. */
  certificate: RouteCertificate | null
}

const COLORS: Color[] = ['', 'blue', 'green', 'canary']

/** The entries that the route may be of: on several machines several resources may have the same port. */
const entriesOf = ({ topology, certificates = {} }: Source, { as, host }: Pick<Route, 'as' | 'host'>): Entry[] =>
  Object.entries(topology.resources).flatMap(([resource, { expose }]) =>
    expose
      .filter((entry) => entry.as === as && entry.host === host)
      .map((entry) => {
        const { certificate } = entry
        return {
          pools: COLORS.map((color) => poolOf(topology.name, resource, entry, color)),
          certificate: certificate === null ? null : kept(resource, { ...entry, certificate }, certificates),
        }
      }),
  )

/** How a route's certificate differs from the one of the revision, in words; null: not at all. */
export function certificateReason(
  { as, host, pool }: Pick<Route, 'as' | 'host' | 'pool'>,
  actual: Route['certificate'],
  { topology, certificates = {} }: Source,
): string | null {
  const what = `certificate of ${portWords({ as, host })}`
  const entry = entriesOf({ topology, certificates }, { as, host }).find(({ pools }) => pools.includes(pool))
  if (entry === undefined) return null
  if (entry.certificate === null) return actual === null ? null : `${what} changes to a self-signed one`
  // Recorded as paths: what is in the files now is not known here.
  if (!('resource' in entry.certificate)) return null
  const wanted = certificates[certificateKey(entry.certificate.resource, { as, host })]
  if (wanted === undefined || (actual !== null && chainFingerprint(actual.certPem) === wanted.fingerprint)) return null
  return `${what} changes${actual === null ? ' from a self-signed one' : ''}, new expiry ${wanted.notAfter.slice(0, 10)}`
}

/**
 * Certificates that end soon, or have ended: a rollback may bring one back.
 *
 * @param own - by `certificateKey`
 */
export const certificateNotes = (
  topology: Topology,
  own: Record<string, Pick<OwnCertificate, 'notAfter'>>,
  now: Date,
): string[] =>
  certified(topology).flatMap(({ resource, expose }) => {
    const certificate = own[certificateKey(resource, expose)]
    const note = certificate === undefined ? null : endNote(certificate, now)
    return note === null ? [] : [`${resource}: the certificate of ${portWords(expose)} ${note}`]
  })

/** `ends 2026-12-01, in 3 days`; null: that is far away. */
function endNote({ notAfter }: Pick<OwnCertificate, 'notAfter'>, now: Date): string | null {
  const left = Date.parse(notAfter) - now.getTime()
  const day = notAfter.slice(0, 10)
  if (left < 0) return `expired on ${day}: browsers refuse it`
  const days = Math.floor(left / DAY_MS)
  if (left > WARN_DAYS * DAY_MS) return null
  return `expires on ${day}, ${days === 0 ? 'within a day' : `in ${plural(days, 'day')}`}`
}

const portWords = ({ as, host }: Pick<Expose, 'as' | 'host'>): string =>
  `https ${as}${host === null ? '' : ` of ${host}`}`
