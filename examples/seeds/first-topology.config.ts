import { defineTopology } from 'cul8er'

/**
 * One web server with limits on a machine that runs IncusOS: what the first version of the language had to read. A bare address there is
 * the API of its Incus, https://10.0.1.100:8443.
 */
export default defineTopology('prod', {
  hosts: { server: { address: '10.0.1.100', platform: 'icusos' } },
  resources: {
    web: { type: 'container', on: 'server', image: 'images:alpine/3.19', limits: { cpu: 2, memory: '2GiB' } },
  },
})
