import { DEFAULTS } from '../defaults.js'
import { readAddress } from '../hosts.js'
import { NOTIFIERS } from '../../notifiers/notifiers.js'
import { EDGES } from '../../traffic/balancers.js'
import { healthcheck } from './health.js'
import { hooks } from './hooks.js'
import { hostPlacement } from './placement.js'
import { resource } from './resource.js'
import { secretReference } from './secret.js'
import { strategy } from './strategy.js'
import type { Cluster, Host, Notify, Platform, SshCredentials, Topology } from '../model.js'
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
  const run = hooks(declaration.hooks)
  const betweenHosts = declaration.network?.betweenHosts
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
    ...(betweenHosts === undefined ? {} : { network: { betweenHosts } }),
    ...(declaration.failover === undefined ? {} : { failover: { afterMs: milliseconds(declaration.failover.after) } }),
    ...(declaration.drift === undefined ? {} : { drift: drift(declaration.drift) }),
    ttlMs: declaration.ttl === undefined ? null : milliseconds(declaration.ttl),
    // Without it the digest is that of a topology from before there were notifiers.
    ...(declaration.notify === undefined ? {} : { notify: declaration.notify.map(notify) }),
    ...(run === undefined ? {} : { hooks: run }),
  }
}

const drift = ({ every, repair }: NonNullable<FullDeclaration['drift']>): NonNullable<Topology['drift']> => ({
  everyMs: milliseconds(every),
  repair,
})

const notify = ({ on, ...to }: NonNullable<FullDeclaration['notify']>[number]): Notify => ({
  to: NOTIFIERS.read(to),
  on: on ?? null,
})

/** @throws Error for an address that `checkAddresses` objects to: whose it is must not be guessed */
function host(declared: FullDeclaration['hosts'][string]): Host {
  const { address, platform: written, credentials, edge: chosen } = declared
  const platform = platformOf(written)
  const read = readAddress(address, platform)
  if (read === null) throw new Error(`the address ${address} matches no kind of host`)
  const ssh = credentials?.ssh
  const edge = chosen === undefined ? undefined : EDGES.read(chosen)
  return {
    address: read.address,
    platform,
    kind: read.kind,
    credentials: credentials === undefined ? null : { ssh: ssh === undefined ? null : sshCredentials(ssh) },
    ...(edge === undefined ? {} : { edge }),
    ...hostPlacement(declared),
  }
}

const sshCredentials = ({
  key,
  passphrase,
}: NonNullable<NonNullable<FullDeclaration['hosts'][string]['credentials']>['ssh']>): SshCredentials => ({
  key: key ?? null,
  // Without it the digest is that of a topology from before there were passphrases.
  ...(passphrase === undefined ? {} : { passphrase: secretReference(passphrase.secret) }),
})

/** IncusOS goes by two spellings. */
export const platformOf = (written: FullDeclaration['hosts'][string]['platform']): Platform =>
  written === 'incusos' ? 'icusos' : written

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
