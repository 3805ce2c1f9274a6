import type { Platform } from '../topology/model.js'

export interface FirstTopology {
  name: string
  platform: Platform
  image: string
  /** null: an instance alone. */
  release: string | null
}

/** The image of a first topology: one of ours that is there needs no internet; Debian's from a public server is for who has none. */
export function firstImage(imported: readonly string[]): string {
  const ours = ['debian', 'tiny'].find((name) => imported.includes(name))
  return ours === undefined ? 'images:debian/12' : `cul8er/${ours}`
}

/** A first topology file: small, valid, and with the next things to say as comments. */
export const firstTopology = (wanted: FirstTopology, format: 'ts' | 'yaml'): string =>
  format === 'ts' ? typescript(wanted) : yaml(wanted)

const typescript = ({
  name,
  platform,
  image,
  release,
}: FirstTopology): string => `import { defineTopology } from 'cul8er'

export default defineTopology('${name}', {
  hosts: {
    here: { address: 'localhost', platform: '${platform}' },
  },
  resources: {
    app: {
      type: 'container',
      on: 'here',
      image: '${image}',
      limits: { cpu: 1, memory: '512MiB' },
${
  release === null
    ? `      // deploy: { release: 'my_app', version: '1.0.0' },   // ./releases/my_app-1.0.0.tar.gz with bin/my_app`
    : `      deploy: { release: '${release}', version: '1.0.0' },   // ./releases/${release}-1.0.0.tar.gz with bin/${release}`
}
      // network: { expose: [{ port: 4000, as: 8080, protocol: 'http' }] },
    },
  },
  strategy: {
    approach: 'rolling',
    // healthcheck: { endpoint: 'http://localhost:4000/health', interval: '1s', timeout: '5s' },
  },
})
`

const yaml = ({
  name,
  platform,
  image,
  release,
}: FirstTopology): string => `# cul8er schema > cul8er.schema.json, then editors complete this file:
# yaml-language-server: $schema=cul8er.schema.json
name: ${name}
hosts:
  here: { address: localhost, platform: ${platform} }
resources:
  app:
    type: container
    on: here
    image: ${image}
    limits: { cpu: 1, memory: 512MiB }
${
  release === null
    ? `    # deploy: { release: my_app, version: 1.0.0 }   # ./releases/my_app-1.0.0.tar.gz with bin/my_app`
    : `    deploy: { release: ${release}, version: 1.0.0 }   # ./releases/${release}-1.0.0.tar.gz with bin/${release}`
}
    # network: { expose: [{ port: 4000, as: 8080, protocol: http }] }
strategy:
  approach: rolling
  # healthcheck: { endpoint: 'http://localhost:4000/health', interval: 1s, timeout: 5s }
`
