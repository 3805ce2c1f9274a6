import { defineTopology } from 'cul8er'

/** The smallest thing that can be deployed: one container on this machine. From the first page of the guide that cul8er grew out of. */
export default defineTopology('simple', {
  hosts: { local: { address: 'localhost', platform: 'arch_linux' } },
  resources: { hello: { type: 'container', on: 'local', image: 'images:alpine/3.19' } },
})
