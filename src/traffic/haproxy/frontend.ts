import type { Route } from '../model.js'
import { KEEP_ALIVE_MS } from './global.js'
import { mapKey, ROUTES_MAP } from './routes-map.js'
import type { Section } from './backend.js'

/**
 * One public port. On loopback inside the edge it takes what Incus's proxy device carries there, with who the client is by the PROXY
 * protocol; on the instance's own address what the kernel sends on, as it came. What the client itself claims to be is overwritten.
 */
export function frontend(as: number, protocol: Route['protocol']): Section {
  const fixed = protocol === 'tcp' ? tcp(as) : http(as, protocol === 'https')
  return { fixed: `${fixed.join('\n')}\n`, servers: '' }
}

const http = (as: number, tls: boolean): string[] => [
  `frontend port-${as}`,
  '  mode http',
  ...binds(as, tls ? ` ssl crt-list tls-${as}.list alpn h2,http/1.1` : ''),
  // Without it a load closes idle connections under clients that are about to use them.
  '  option idle-close-on-response',
  `  log-format "${HTTP_LOG}"`,
  ...CLAIMS.map((names) => `  http-request del-header ${names}`),
  '  http-request set-header X-Forwarded-For %[src]',
  `  http-request set-header X-Forwarded-Proto ${tls ? 'https' : 'http'}`,
  `  http-request set-header X-Forwarded-Port ${as}`,
  `  http-request set-var-fmt(txn.route) "${as}/%[req.hdr(host),host_only,lower]"`,
  `  http-request set-var(txn.pool) var(txn.route),map(${ROUTES_MAP})`,
  `  http-request set-var(txn.pool) str(${mapKey(as, null)}),map(${ROUTES_MAP}) unless { var(txn.pool) -m found }`,
  '  http-request return status 404 content-type text/plain string "No app answers for this host name.\\n" unless { var(txn.pool) -m found }',
  '  http-request set-var(txn.http1) bool(true) if HTTP_1.1',
  `  http-after-response set-header Keep-Alive timeout=${KEEP_ALIVE_MS / 1000 - 5} if { var(txn.http1) -m found }`,
  '  use_backend %[var(txn.pool)]',
]

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
  `  use_backend %[str(${mapKey(as, null)}),map(${ROUTES_MAP})]`,
]

// Read by parseRequests: the end in ms since the epoch, pool, server, status, ms. HAProxy's own time of a request on a kept
// connection (%Ts) is when the one before it had ended.
const HTTP_LOG = '%[date(0,ms)] %b %s %ST %Ta'
const TCP_LOG = '%[date(0,ms)] %b %s - %Tt'
