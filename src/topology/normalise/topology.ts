import { DEFAULTS } from '../defaults.js'
import { hostKind } from '../hosts.js'
import { healthcheck } from './health.js'
import { resource } from './resource.js'
import { secretReference } from './secret.js'
import { strategy } from './strategy.js'
import type { Cluster, Host, Topology } from '../model.js'
import type { FullDeclaration } from '../schema/topology.js'
import { list, mapValues, milliseconds, texts } from '../values.js'

/**
 * The normalised form of a declaration that the schema accepts. It does not judge whether the parts fit together:
 * what names an unknown host still comes out, for the checks to find.
 */
export function normalise(declaration: FullDeclaration): Topology {
  const hosts = mapValues(declaration.hosts, host)
  const shared = declaration.strategy?.healthcheck
  const inherited = shared === undefined ? null : healthcheck(shared)
  const resources = mapValues(declaration.resources, (each) => resource(each, hosts, inherited))
  return {
    name: declaration.name,
    project: declaration.project ?? null,
    artifacts: list(declaration.artifacts),
    hosts,
    resources,
    strategy: strategy(declaration.strategy, resources),
    cluster: declaration.cluster === undefined ? null : cluster(declaration.cluster),
    observability: {
      metrics: declaration.observability?.metrics ?? [],
      events: declaration.observability?.events ?? [],
    },
    ttlMs: declaration.ttl === undefined ? null : milliseconds(declaration.ttl),
  }
}

function host({ address, platform, credentials }: FullDeclaration['hosts'][string]): Host {
  const ssh = credentials?.ssh
  return {
    address,
    platform,
    kind: hostKind(address, platform) ?? 'local',
    credentials: credentials === undefined ? null : { ssh: ssh === undefined ? null : { key: ssh.key ?? null } },
  }
}

function cluster({ name, nodes, discovery, cookie }: NonNullable<FullDeclaration['cluster']>): Cluster {
  return {
    name,
    nodes,
    discovery: { strategy: discovery?.strategy ?? 'epmd', options: texts(discovery?.options ?? {}) },
    cookie: typeof cookie === 'string' ? { value: cookie } : { secret: sharedCookie(cookie?.secret) },
  }
}

/** A cookie has no environment key of its own that a reference without `key` could mean. */
function sharedCookie(declared: Parameters<typeof secretReference>[0] = { from: 'system' }) {
  const ref = secretReference(declared)
  return { ...ref, key: ref.key ?? DEFAULTS.cookie }
}
