/** First word of HAProxy's `description`; the skeleton's digest follows, so that a running process tells what it has loaded. */
export const DESCRIPTION = 'cul8er-edge'

/** Folder of the edge instance that outlives it; and the one that does not outlive a boot. */
export const ETC = '/etc/cul8er-edge'
export const RUN = '/run/cul8er-edge'

/** Name of the buffer that holds the latest requests. */
const REQUESTS_RING = 'requests'

/** How long a client's connection stays open without a request, ms. Clients are told less, so that they give up first. */
export const KEEP_ALIVE_MS = 20_000

/**
 * What stands before the first frontend.
 *
 * - `hard-stop-after`, `mworker-max-reloads`: a process from before a load serves what it has (WebSockets above all) and
 *   goes then; at most this long, and at most so many of them.
 * - `http-reuse safe`: connections to apps are kept and shared; backend.ts says for which requests.
 * - `redispatch 1`: a refused connection is tried at another server at once.
 * - `timeout connect`: instances are on the same machine; one that lost its power answers nothing at all, and each request that
 *   finds out waits as long.
 * - The ring has no backing file: two processes mapping one file, as they do during a load, crash HAProxy 2.6.12.
 */
export const preamble = (description: string): string => `global
  description ${description}
  user haproxy
  group haproxy
  stats socket ${RUN}/haproxy.sock mode 600 level admin expose-fd listeners
  stats timeout 30s
  hard-stop-after 6h
  mworker-max-reloads 20
  ssl-default-bind-options ssl-min-ver TLSv1.2

ring ${REQUESTS_RING}
  format raw
  maxlen 1024
  size 2097152

defaults
  log ring@${REQUESTS_RING} len 1024 local0 info
  balance roundrobin
  retries 3
  option redispatch 1
  http-reuse safe
  timeout connect 1s
  timeout check 500ms
  timeout queue 30s
  timeout http-request 20s
  timeout http-keep-alive ${KEEP_ALIVE_MS / 1000}s
  timeout client 60s
  timeout server 10m
  timeout tunnel 24h
`
