import { defineTopology, secret } from 'cul8er'

const node = { type: 'container', on: 'local', image: 'images:alpine/3.19', deploy: { release: 'my_app' } } as const

/**
 * Three nodes on one machine that find each other through epmd and share a cookie. The release names no version: the newest tarball is
 * deployed, or what --version says.
 */
export default defineTopology('cluster', {
  hosts: { local: { address: 'localhost', platform: 'arch_linux' } },
  resources: { node_1: node, node_2: node, node_3: node },
  cluster: {
    name: 'app_cluster',
    nodes: ['node_1', 'node_2', 'node_3'],
    discovery: { strategy: 'epmd' },
    cookie: secret({ from: 'system', key: 'RELEASE_COOKIE' }),
  },
})
