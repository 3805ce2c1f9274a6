import type { Pool, Route, Server } from '../../../../src/traffic/model.js'
import type { StoredRoute, StoredTopology } from '../../../../src/traffic/haproxy/picture.js'

export const server = (name: string, changes: Partial<Server> = {}): Server => ({
  name,
  address: '10.0.0.1',
  port: 4000,
  weight: 100,
  state: 'ready',
  ...changes,
})

export const pool = (name: string, servers: Server[] = [], changes: Partial<Pool> = {}): Pool => ({
  name,
  protocol: 'http',
  sticky: false,
  servers,
  ...changes,
})

export const route = (
  as: number,
  to: string,
  changes: Partial<Omit<Route, 'certificate'>> & { certificate?: string } = {},
): StoredRoute => ({
  as,
  protocol: 'http',
  host: null,
  pool: to,
  certificate: null,
  ...changes,
})

export const topology = (name: string, routes: StoredRoute[], pools: Pool[]): StoredTopology => ({
  topology: name,
  routes,
  pools,
})
