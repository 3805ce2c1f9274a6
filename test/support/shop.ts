/** A topology with a web resource behind the edge, on one emulated host named `host`; quick checks. */
export function shop(
  version: string,
  {
    host = 'one',
    strategy = {},
    web = {},
    resources = {},
    ...top
  }: {
    host?: string
    strategy?: Record<string, unknown>
    web?: Record<string, unknown>
    resources?: Record<string, unknown>
    name?: string
    ttl?: string
    drift?: unknown
    hooks?: unknown
    notify?: unknown
  } = {},
): unknown {
  return {
    name: 'shop',
    hosts: { [host]: { address: 'localhost', platform: 'emulated' } },
    resources: {
      ...resources,
      web: {
        type: 'container',
        on: host,
        replicas: 3,
        image: 'cul8er/tiny',
        limits: { memory: '64MiB' },
        network: { expose: [{ port: 4000, as: 8080, protocol: 'http' }] },
        environment: { GREETING: 'hello' },
        deploy: { release: 'shop', version },
        ...web,
      },
    },
    strategy: {
      healthcheck: {
        endpoint: 'http://localhost:4000/health',
        interval: '50ms',
        timeout: '500ms',
        retries: 2,
        minHealthyTime: '50ms',
        deadline: '1s',
      },
      ...strategy,
    },
    ...top,
  }
}
