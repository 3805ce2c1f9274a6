import type { Pool, Server } from '../model.js'

/** Part of a configuration: what only a load can change, and the servers, which the runtime socket can. */
export interface Section {
  fixed: string
  servers: string
}

/**
 * The servers of one pool. A request is tried again where that is safe: any request whose connection was refused, and GET and
 * HEAD when the connection broke before an answer began.
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
          ...(pool.sticky ? STICKY : []),
        ]
  return {
    fixed: `${fixed.join('\n')}\n`,
    servers: pool.servers.map((server) => `  server ${server.name} ${endpoint(server)} ${options(server)}\n`).join(''),
  }
}

/** `<address>:<port>`, as a server line and `add server` take it. */
export const endpoint = ({ address, port }: Pick<Server, 'address' | 'port'>): string => `${address}:${port}`

/**
 * A light check, so that the pool notices within half a second when an instance dies; whether an instance is fit for traffic is
 * decided before it gets here. The first refused connection hastens the check. `add server` inherits nothing, so every
 * server says all of it.
 */
export const CHECK =
  'check inter 1s fastinter 250ms downinter 500ms fall 2 rise 1 observe layer4 error-limit 1 on-error fastinter'

const options = ({ weight, state }: Server): string =>
  `weight ${weight} ${CHECK}${state === 'drain' ? ' disabled' : ''}`

// The cookie's value is derived from address and port: a server added at runtime cannot bring a value of its own.
const STICKY = ['  cookie CUL8ER insert indirect nocache httponly dynamic', '  dynamic-cookie-key cul8er']
