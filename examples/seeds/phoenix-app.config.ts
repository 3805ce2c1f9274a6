import { defineTopology, secret } from 'cul8er'

/**
 * A Phoenix app with everything a production deploy of one machine needs: the way in, limits, a public port, a secret of the shell that
 * deploys, a release, a health check and the way back. The machine is logged in to over SSH, so that it is one with a shell: in the
 * example that this comes from it ran IncusOS, which has none.
 */
export default defineTopology('production', {
  hosts: {
    web_server: {
      address: 'deploy@prod.example.com',
      platform: 'debian',
      credentials: { ssh: { key: '~/.ssh/deploy_key' } },
    },
  },
  resources: {
    web: {
      type: 'container',
      on: 'web_server',
      image: 'images:alpine/3.19',
      limits: { cpu: 4, memory: '8GiB' },
      network: { expose: [{ port: 4000, as: 443, protocol: 'https' }] },
      environment: { MIX_ENV: 'prod', SECRET_KEY_BASE: secret({ from: 'system' }) },
      deploy: { release: 'my_app', version: '1.0.0' },
    },
  },
  strategy: {
    approach: 'rolling',
    maxParallel: 1,
    healthcheck: { endpoint: 'http://localhost:4000/health', interval: '10s', retries: 3 },
    rollback: { onFailure: 'automatic', snapshot: true },
  },
})
