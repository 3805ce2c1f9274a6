import type { Route } from '../model.js'
import { KEEP_ALIVE_MS } from './global.js'
import { mapKey, ROUTES_MAP } from './routes-map.js'
import type { Section } from './backend.js'

/**
 * One public port. On loopback inside the edge it takes what Incus's proxy device carries there, with who the client is by the PROXY
 * protocol; on the instance's own address what the kernel sends on, as it came. What the client itself claims to be is overwritten.
 * @param hosts - whether routes of the port are for host names: only then is a request's own looked at
 */
export function frontend(as: number, protocol: Route['protocol'], hosts: boolean): Section {
  const fixed = protocol === 'tcp' ? tcp(as) : http(as, protocol === 'https', hosts)
  return { fixed: `${fixed.join('\n')}\n`, servers: '' }
}

const http = (as: number, tls: boolean, hosts: boolean): string[] => [
  `frontend port-${as}`,
  '  mode http',
  ...binds(as, tls ? ` ssl crt-list tls-${as}.list alpn h2,http/1.1` : ''),
  // Without it a load closes idle connections under clients that are about to use them.
  '  option idle-close-on-response',
  `  log-format "${HTTP_LOG}"`,
  ...CLAIMS.map((names) => `  http-request del-header ${names}`),
  '  http-request add-header X-Forwarded-For %[src]',
  `  http-request add-header X-Forwarded-Proto ${tls ? 'https' : 'http'}`,
  `  http-request add-header X-Forwarded-Port ${as}`,
  // HTTP/2 has no such header, and HAProxy leaves it out there.
  `  http-after-response set-header Keep-Alive timeout=${KEEP_ALIVE_MS / 1000 - 5}`,
  ...(hosts ? byHost(as) : [toOnlyPool(as)]),
]

const byHost = (as: number): string[] => [
  `  http-request set-var-fmt(txn.route) "${as}/%[req.hdr(host),host_only,lower]"`,
  `  http-request set-var(txn.pool) var(txn.route),map(${ROUTES_MAP})`,
  `  http-request set-var(txn.pool) str(${mapKey(as, null)}),map(${ROUTES_MAP}) unless { var(txn.pool) -m found }`,
  '  http-request return status 404 content-type text/plain string "No app answers for this host name.\\n" unless { var(txn.pool) -m found }',
  '  use_backend %[var(txn.pool)]',
]

const toOnlyPool = (as: number): string => `  use_backend %[str(${mapKey(as, null)}),map(${ROUTES_MAP})]`

// Frameworks believe other spellings, too: Rack prefers Forwarded, and WSGI and CGI take _ for -. Names, as a
// pattern for all of them is tried on each header of a request: 1 µs more of the 26 that a request with ten headers costs.
const CLAIMS = [
  'forwarded',
  ...['x-forwarded', 'x_forwarded'].map((begin) => `${begin} -m beg`),
  ...['x-real-ip', 'x-real_ip', 'x_real-ip', 'x_real_ip'],
]

// Of two that are bound to a port, the kernel chooses the one whose address is the more exact.
const binds = (as: number, options = ''): string[] => [
  `  bind 127.0.0.1:${as} accept-proxy${options}`,
  `  bind :${as}${options}`,
]

const tcp = (as: number): string[] => [
  `frontend port-${as}`,
  '  mode tcp',
  ...binds(as),
  `  log-format "${TCP_LOG}"`,
  toOnlyPool(as),
]

// Read by parseRequests: the end in ms since the epoch, pool, server, status, ms. HAProxy's own time of a request on a kept
// connection (%Ts) is when the one before it had ended.
const HTTP_LOG = '%[date(0,ms)] %b %s %ST %Ta'
const TCP_LOG = '%[date(0,ms)] %b %s - %Tt'
