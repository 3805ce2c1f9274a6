import { defineTopology, secret } from 'cul8er'

/** SHOP_EMULATED=1: without Incus. Instances are then processes in memory, and answer with their name and version. */
const platform = process.env.SHOP_EMULATED ? 'emulated' : 'debian'

/** A web app in three instances, and the PostgreSQL that it counts its visits in. */
export default defineTopology('shop', {
  hosts: {
    here: { address: 'localhost', platform },
  },
  resources: {
    db: {
      type: 'container',
      image: 'cul8er/postgres',
      stateful: true,
      limits: { cpu: 1, memory: '512MiB' },
      environment: {
        POSTGRES_USER: 'shop',
        POSTGRES_DB: 'shop',
        POSTGRES_PASSWORD: secret({ from: 'system', key: 'SHOP_DB_PASSWORD' }),
      },
      healthcheck: { command: ['postgres-ready'], interval: '200ms', minHealthyTime: '0ms', deadline: '60s' },
    },
    web: {
      type: 'container',
      image: 'cul8er/shop-app',
      replicas: 3,
      dependsOn: 'db',
      limits: { cpu: 1, memory: '256MiB' },
      network: { expose: [{ port: 8000, as: Number(process.env.SHOP_PORT ?? 8080) }] },
      environment: {
        // Incus knows an instance by its name: topology, then resource.
        DATABASE_HOST: 'shop-db.incus',
        DATABASE_PASSWORD: secret({ from: 'system', key: 'SHOP_DB_PASSWORD' }),
      },
      deploy: { release: 'shop', version: '1.0.0' },
    },
  },
  strategy: {
    approach: 'rolling',
    maxParallel: 2,
    healthcheck: {
      endpoint: 'http://localhost:8000/health',
      interval: '200ms',
      timeout: '2s',
      minHealthyTime: '1s',
      deadline: '20s',
    },
    rollback: { onFailure: 'automatic', snapshot: true },
  },
})
