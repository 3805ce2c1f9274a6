import { defineTopology } from 'cul8er'

/** What exists, how it is configured and how it is deployed, a section each: two resources, one of which needs the other. */
export default defineTopology('test', {
  hosts: { local: { address: 'localhost', platform: 'arch_linux' } },
  resources: {
    db: { type: 'container', on: 'local', image: 'images:alpine/3.19', stateful: true },
    web: {
      type: 'container',
      on: 'local',
      image: 'images:alpine/3.19',
      limits: { cpu: 1, memory: '256MiB' },
      environment: { MIX_ENV: 'prod' },
      dependsOn: 'db',
    },
  },
  strategy: { approach: 'rolling' },
})
