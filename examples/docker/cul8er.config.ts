import { defineTopology } from 'cul8er'

/** Two instances, each with a Docker of its own that runs the app's image. The release brings the image, so that none is pulled. */
export default defineTopology('hello-docker', {
  hosts: {
    here: { address: 'localhost', platform: 'debian' },
  },
  resources: {
    web: {
      image: 'cul8er/docker',
      replicas: 2,
      limits: { memory: '512MiB' },
      // Containers inside a container: Docker makes namespaces and mounts of its own.
      config: { 'security.nesting': true },
      network: { expose: [{ port: 4000, as: 8194 }] },
      deploy: { release: 'hello', version: '1.0.0' },
    },
  },
  strategy: {
    approach: 'rolling',
    drain: '5s',
    healthcheck: {
      endpoint: 'http://localhost:4000/health',
      interval: '500ms',
      timeout: '2s',
      minHealthyTime: '1s',
      deadline: '60s',
    },
  },
})
