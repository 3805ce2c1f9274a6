import { defineTopology } from 'cul8er'

/** Two instances, replaced by a whole new set in one switch; the old set stays for five minutes. */
export default defineTopology('hello-blue-green', {
  hosts: {
    here: { address: 'localhost', platform: 'debian' },
  },
  resources: {
    web: {
      image: 'cul8er/tiny',
      replicas: 2,
      limits: { memory: '64MiB' },
      network: { expose: [{ port: 4000, as: 8192 }] },
      deploy: { release: 'hello', version: '1.0.0' },
    },
  },
  strategy: {
    approach: 'blueGreen',
    keep: '5m',
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
