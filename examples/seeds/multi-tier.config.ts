import { defineTopology, secret } from 'cul8er'

const app = {
  type: 'container',
  image: 'images:alpine/3.19',
  limits: { cpu: 2, memory: '4GiB' },
  network: { expose: [{ port: 4000, as: 443, protocol: 'https' }] },
  deploy: { release: 'my_app', version: '1.0.0' },
} as const

/** A database and two app servers on three machines that run IncusOS, the servers a cluster, updated one after the other. */
export default defineTopology('production', {
  hosts: {
    db: { address: '10.0.1.10', platform: 'icusos' },
    web_1: { address: '10.0.1.20', platform: 'icusos' },
    web_2: { address: '10.0.1.21', platform: 'icusos' },
  },
  resources: {
    postgres: {
      type: 'container',
      on: 'db',
      image: 'images:postgres/14',
      limits: { cpu: 4, memory: '8GiB' },
      stateful: true,
    },
    app_1: { ...app, network: { expose: [...app.network.expose] }, on: 'web_1' },
    app_2: { ...app, network: { expose: [...app.network.expose] }, on: 'web_2' },
  },
  cluster: {
    name: 'app_cluster',
    nodes: ['app_1', 'app_2'],
    discovery: { strategy: 'epmd' },
    cookie: secret({ from: 'system', key: 'RELEASE_COOKIE' }),
  },
  strategy: {
    approach: 'rolling',
    batchSize: 1,
    healthcheck: { endpoint: 'http://localhost:4000/health', interval: '10s' },
    rollback: { onFailure: 'automatic', snapshot: true },
  },
})
