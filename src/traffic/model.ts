import type { BalancerCheck } from '../health/probes/kind.js'

/**
 * Who gets what traffic on one host, for one topology: the decision, free of any balancer's dialect.
 * A balancer is a folder that carries it out (haproxy/, none/, command/).
 */
export interface TopologyRoutes {
  topology: string
  routes: Route[]
  pools: Pool[]
}

/** One public port (and host name) leads to one pool at a time; switching it is atomic. */
export interface Route {
  as: number
  protocol: 'http' | 'https' | 'tcp'
  /** null: any host name. */
  host: string | null
  /** PEM texts are read where the files are; null: self-signed. */
  certificate: { certPem: string; keyPem: string } | null
  pool: string
}

/** Instances that serve the same thing: `<topology>-<resource>-<port>` with a suffix for a color. */
export interface Pool {
  name: string
  protocol: 'http' | 'tcp'
  sticky: boolean
  servers: Server[]
  /** What the app says of itself decides who is fit for traffic; absent: a connection is enough. */
  check?: PoolCheck
}

/** Asked of each server again and again. */
export interface PoolCheck extends BalancerCheck {
  intervalMs: number
  timeoutMs: number
}

export interface Server {
  /** The instance's name. */
  name: string
  address: string
  port: number
  /** Share relative to the other servers of the pool, 0 to 256. */
  weight: number
  /** drain: no new session, those in flight finish. */
  state: 'ready' | 'drain'
}

export interface ServerStats {
  pool: string
  server: string
  weight: number
  state: 'ready' | 'drain' | 'maint' | 'down'
  currentSessions: number
  totalRequests: number
  responses2xx: number
  responses3xx: number
  responses4xx: number
  responses5xx: number
  /** Averages over the last 1,024 requests, ms. */
  averageTotalMs: number
}

/** One request (or TCP connection) that the edge has finished. */
export interface RequestSample {
  /** When it began, ms since the epoch by the clock of the edge's host. */
  at: number
  pool: string
  /** null: no server took it; the edge answered itself. */
  server: string | null
  /** null: TCP. */
  status: number | null
  /** From the first byte of the request to the last of the answer, ms. */
  totalMs: number
}

/** What others have of a host's public ports. */
export interface Claims {
  routes: (Pick<Route, 'as' | 'host' | 'protocol'> & { topology: string })[]
  /** Of the ports that were asked for: somebody answers there, and it is not the edge. */
  taken: number[]
}

/** The instance that an edge runs in. */
export interface InstanceOfEdge {
  instance: string
  image: string
}

/** One host's load balancer. Every verb is idempotent and safe to repeat after a crash. */
export interface Edge {
  /**
   * The instance that an apply would make first; null: there is one. Absent: this balancer makes none.
   * @throws Cul8erError NAME_CLASH when an instance of that name is somebody else's
   */
  wouldMake?(): Promise<InstanceOfEdge | null>
  /** Makes the edge exist and run: instance, programs of the newest image, configuration, public ports. */
  ensure(): Promise<void>
  /**
   * Makes the edge exist, and the topology's part of it look like this, runtime and files, without dropping a request. Once `signal`
   * is aborted nothing more is begun: somebody else may have told the edge of a later state.
   */
  apply(routes: TopologyRoutes, options?: { signal?: AbortSignal }): Promise<void>
  /** Who else has public ports of the host: other topologies on the edge, and programs beside it on one of `ports`. */
  claims(topology: string, ports: readonly number[]): Promise<Claims>
  /** What the edge does for the topology, private keys among it: no route whose port is closed; null: it knows nothing of it. */
  current(topology: string): Promise<TopologyRoutes | null>
  /** Counters of the topology's servers; they begin again at 0 when the edge loads a new configuration. */
  stats(topology: string): Promise<ServerStats[]>
  /**
   * The topology's latest requests in the order in which they finished; bounded, and what came before the edge's last load is not
   * among them. `sinceMs` is a time of the caller's clock, which may differ from the host's. null: this balancer cannot tell.
   */
  requests(topology: string, options?: { sinceMs?: number }): Promise<RequestSample[] | null>
  /** Waits until the server has no session, read back; at the deadline cuts what is left and counts it. */
  drained(
    topology: string,
    server: string,
    options: { deadlineMs: number; signal?: AbortSignal },
  ): Promise<{ cut: number }>
  /** Takes the topology out; the edge itself goes when nothing is left on it. `signal` as for apply. */
  remove(topology: string, options?: { signal?: AbortSignal }): Promise<void>
}
