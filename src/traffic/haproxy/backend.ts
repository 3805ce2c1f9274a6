import type { Pool, PoolCheck, Server } from '../model.js'

/** Part of a configuration: what only a load can change, and the servers, which the runtime socket can. */
export interface Section {
  fixed: string
  servers: string
}

/**
 * The servers of one pool. A request is tried again where that is safe: any request whose connection was refused, and GET and
 * HEAD when the connection broke before an answer began.
 *
 * An app may close a kept connection (Node does after 5 s) in the very moment a request is written to it. GET and HEAD are sent over kept
 * ones and tried again. Any other request cannot be sent twice, so it gets a connection of its own, which is closed after it.
 *
 * So does a GET with a body: an app that leaves the body unread takes it for the beginning of what comes next on that connection, which
 * would be the request of another client.
 */
export function backend(pool: Pool): Section {
  const fixed =
    pool.protocol === 'tcp'
      ? [`backend ${pool.name}`, '  mode tcp']
      : [
          `backend ${pool.name}`,
          '  mode http',
          '  retry-on conn-failure empty-response',
          '  http-request disable-l7-retry unless METH_GET',
          `  http-request set-var(${OWN_CONNECTION}) uuid() unless ${SHARED}`,
          `  http-request set-header Connection close if { var(${OWN_CONNECTION}) -m found }`,
          ...(pool.sticky ? STICKY : []),
        ]
  if (pool.check !== undefined) fixed.push(...httpCheck(pool.check), `  default-server ${checkOptions(pool)}`)
  return {
    fixed: `${fixed.join('\n')}\n`,
    servers: pool.servers
      .map((server) => `  server ${server.name} ${endpoint(server)} ${options(pool, server)}\n`)
      .join(''),
  }
}

/** `<address>:<port>`, as a server line and `add server` take it. */
export const endpoint = ({ address, port }: Pick<Server, 'address' | 'port'>): string => `${address}:${port}`

/**
 * A light check, so that the pool notices within half a second when an instance dies. Where the app has an HTTP check, that is what
 * is asked (`checkOptions`), and an app that says it is not well gets no traffic between operations either. A new server is taken to
 * be well: an operation has just asked it. The first refused connection hastens the check. `add server` inherits nothing, so every
 * server says all of it.
 */
export const CHECK =
  'check inter 1s fastinter 250ms downinter 500ms fall 2 rise 1 observe layer4 error-limit 1 on-error fastinter'

/**
 * How connections to a server are kept. HAProxy keeps those apart whose `sni` differs; without TLS it has no other meaning. A name that
 * never comes again thus asks for a new connection. `add server` keeps none unless it is told how long and how many.
 */
export const kept = ({ protocol }: Pick<Pool, 'protocol'>): string =>
  protocol === 'tcp' ? '' : ` pool-purge-delay 5s pool-max-conn -1 sni var(${OWN_CONNECTION})`

const OWN_CONNECTION = 'txn.own_connection'

// GET or HEAD, whole when its headers are, and without a body: over HTTP/2 no header need tell of one, and of chunks the last has none.
const SHARED = 'METH_GET { internal.htx.has_eom } { req.body_len 0 } !{ req.fhdr(transfer-encoding) -m found }'

/** The check of the servers of a pool, as a server line and `add server` take it. */
export function checkOptions({ check }: Pick<Pool, 'check'>): string {
  if (check === undefined) return CHECK
  const often = CHECK.replace('inter 1s', `inter ${Math.max(LEAST_INTERVAL_MS, check.intervalMs)}ms`)
  return `${often} port ${check.port}${check.scheme === 'https' ? ' check-ssl verify none' : ''}`
}

const LEAST_INTERVAL_MS = 1_000

/** The request of the health check, as the probes of an operation make it. That of a path: quoted, so that a sign in it is no word. */
const httpCheck = ({ scheme, port, path, expectedStatus, timeoutMs }: PoolCheck): string[] => [
  '  option httpchk',
  `  http-check send meth GET uri '${path.replaceAll("'", '%27')}' ver HTTP/1.1 hdr host localhost:${port} hdr user-agent cul8er-health hdr x-forwarded-proto ${scheme} hdr connection close`,
  `  http-check expect status ${expectedStatus ?? '200-299'}`,
  `  timeout check ${timeoutMs}ms`,
]

const options = (pool: Pool, { weight, state }: Server): string =>
  `weight ${weight} ${checkOptions(pool)}${kept(pool)}${state === 'drain' ? ' disabled' : ''}`

// The cookie's value is derived from address and port: a server added at runtime cannot bring a value of its own.
const STICKY = ['  cookie CUL8ER insert indirect nocache httponly dynamic', '  dynamic-cookie-key cul8er']
