import { defineTopology } from 'cul8er'

/** Two instances; a new version gets a share of the requests first, and all of them when it proves itself. */
export default defineTopology('hello-canary', {
  hosts: {
    here: { address: 'localhost', platform: 'debian' },
  },
  resources: {
    web: {
      image: 'cul8er/tiny',
      replicas: 2,
      limits: { memory: '64MiB' },
      network: { expose: [{ port: 4000, as: 8193 }] },
      deploy: { release: 'hello', version: '1.0.0' },
    },
  },
  strategy: {
    approach: 'canary',
    // Minutes or hours for a real app; seconds here, so that the example does not take long.
    steps: [
      { weight: 20, pause: '5s' },
      { weight: 50, pause: '5s' },
    ],
    analysis: { maxErrorRatePercent: 5, maxLatencyP95: '500ms', minRequests: 5 },
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
