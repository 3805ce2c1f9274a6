import { vi } from 'vitest'
import { createLocalExecutor } from '../../../src/hosts/local.js'
import {
  deleteInstance,
  execIn,
  launchInstance,
  listInstances,
  startInstance,
  stopInstance,
} from '../../../src/incus/index.js'
import { observe } from '../../../src/instances/observe.js'
import type { Pool, Server, TopologyRoutes } from '../../../src/traffic/model.js'

export const executor = createLocalExecutor({ host: 'localhost' })

export const APP_PORT = 4000
/** The same over TLS. */
export const APP_TLS_PORT = 4443

/**
 * A small app in an instance of its own: answers its name, gives a POST back, and takes 3 s for /slow. /health is 503 from a POST to
 * /sick to one to /well; /connection tells connections apart, and /claims gives headers back. HAProxy itself is the app
 * (in the edge's image): it keeps connections alive and needs little of a small machine.
 */
const app = (name: string): string => `#!/bin/sh
mkdir -p /run/app
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=x -keyout /run/app/pem.key -out /run/app/pem 2>/dev/null
cat >/run/app/cfg <<'EOF'
global
  set-var proc.sick int(0)
defaults
  mode http
  timeout client 1m
  timeout server 1m
  timeout connect 1s
  timeout http-keep-alive 2s
frontend app
  bind :${APP_PORT}
  bind :${APP_TLS_PORT} ssl crt /run/app/pem
  option http-buffer-request
  timeout tarpit 3s
  http-after-response set-header x-server ${name}
  http-request set-var(proc.sick) int(1) if METH_POST { path /sick }
  http-request set-var(proc.sick) int(0) if METH_POST { path /well }
  http-request return status 503 if { path /health } { var(proc.sick) -m int 1 }
  http-request tarpit deny_status 200 if { path /slow }
  http-request return status 200 content-type text/plain lf-string "%[req.body]" if METH_POST
  http-request return status 200 content-type text/plain lf-string "%[src_port] " if { path /connection }
  http-request return status 200 content-type text/plain lf-string "%[req.hdr(forwarded)]%[req.hdr(x_forwarded_for)]%[req.hdr(x-real-ip)]%[req.hdr(x_real-ip)]%[req.hdr(x_forwarded-host)]%[req.hdr(x-forwarded-host)]" if { path /claims }
  http-request return status 200 content-type text/plain lf-string "${name} %[req.hdr(x-forwarded-for)] %[req.hdr(x-forwarded-proto)]"
EOF
exec haproxy -q -db -f /run/app/cfg
`

/** Instances that a test made, by their prefix; their addresses come by DHCP. */
export class Apps {
  private readonly made = new Set<string>()

  constructor(private readonly prefix: string) {}

  name = (number: number): string => `${this.prefix}-${number}`

  async launch(number: number): Promise<void> {
    const name = this.name(number)
    this.made.add(name)
    await executor.run(deleteInstance(name, { force: true })).catch(() => {})
    await executor.run(launchInstance({ name, image: 'cul8er/edge' }))
    const write = ['sh', '-c', 'cat >/etc/cul8er-edge/run && chmod 755 /etc/cul8er-edge/run']
    await executor.run(execIn(name, write, { stdin: new TextEncoder().encode(app(name)) }))
    await this.address(number)
  }

  async stop(number: number): Promise<void> {
    await executor.run(stopInstance(this.name(number), { force: true }))
  }

  async start(number: number): Promise<void> {
    await executor.run(startInstance(this.name(number)))
    await this.address(number)
  }

  async remove(number: number): Promise<void> {
    await executor.run(deleteInstance(this.name(number), { force: true }))
    this.made.delete(this.name(number))
  }

  /** As soon as the app answers there. */
  async address(number: number): Promise<string> {
    const name = this.name(number)
    return eventually(async () => {
      const { stdout } = await executor.run(listInstances({ filters: [`name=^${name}$`] }))
      const address = observe('localhost', stdout)[0]?.addresses[0]
      if (address === undefined) throw new Error(`${name} has no address`)
      const answer = await fetch(`http://${address}:${APP_PORT}/`)
      if (!answer.ok) throw new Error(`${name} answers ${answer.status}`)
      return address
    })
  }

  async server(number: number, weight = 100, state: Server['state'] = 'ready'): Promise<Server> {
    return { name: this.name(number), address: await this.address(number), port: APP_PORT, weight, state }
  }

  async clean(): Promise<void> {
    await Promise.all([...this.made].map((name) => executor.run(deleteInstance(name, { force: true })).catch(() => {})))
  }
}

/** One http port that leads to the first pool. */
export function routes(
  topology: string,
  as: number,
  pools: Pool[],
  changes: Partial<TopologyRoutes> = {},
): TopologyRoutes {
  const pool = pools[0]?.name ?? ''
  return { topology, routes: [{ as, protocol: 'http', host: null, certificate: null, pool }], pools, ...changes }
}

export const pool = (name: string, servers: Server[], changes: Partial<Pool> = {}): Pool => ({
  name,
  protocol: 'http',
  sticky: false,
  servers,
  ...changes,
})

/** The first result that is not an error; the last error after 15 s. */
export const eventually = <T>(attempt: () => Promise<T>): Promise<T> =>
  vi.waitFor(attempt, { timeout: 15_000, interval: 100 })
