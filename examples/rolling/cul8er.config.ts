import { defineTopology } from 'cul8er'

/** Three instances behind one port, updated one after another. */
export default defineTopology('hello-rolling', {
  hosts: {
    here: { address: 'localhost', platform: 'debian' },
  },
  resources: {
    web: {
      image: 'cul8er/tiny',
      replicas: 3,
      limits: { memory: '64MiB' },
      network: { expose: [{ port: 4000, as: 8191 }] },
      deploy: { release: 'hello', version: '1.0.0' },
    },
  },
  strategy: {
    approach: 'rolling',
    maxParallel: 2,
    drain: '5s',
    healthcheck: {
      endpoint: 'http://localhost:4000/health',
      interval: '200ms',
      timeout: '1s',
      minHealthyTime: '1s',
      deadline: '10s',
    },
  },
})
