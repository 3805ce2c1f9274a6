import { PROBES } from '../health/probes/registry.js'
import { NOTIFIERS } from '../notifiers/notifiers.js'
import { secretSource } from '../secrets/sources/sources.js'
import { EDGES, type EdgeChoice } from '../traffic/balancers.js'
import { HOOK_NAMES } from './hook-names.js'
import { formatDuration } from './units.js'
import type {
  Analysis,
  Backup,
  EnvironmentValue,
  Healthcheck,
  Resource,
  SecretRef,
  Strategy,
  Topology,
  Unhealthy,
} from './model.js'

/**
 * Everything that a topology would have the worker, the hosts and the instances run or read, in words: what a person must know of
 * one that somebody else made. A strategy of an older version may lack what is looked for.
 */
export const whatRuns = ({
  hosts,
  resources,
  strategy,
  cluster,
  failover,
  drift,
  ttlMs,
  notify = [],
  hooks = {},
}: Topology): string[] => [
  ...Object.entries(hosts).flatMap(([name, { address, kind, credentials, edge }]) => [
    `host ${name}: runs the Incus commands on ${shown(address)} (${kind})${withKey(credentials?.ssh?.key)}`,
    ...(credentials?.ssh?.passphrase === undefined ? [] : [ofPassphrase(name, credentials.ssh.passphrase)]),
    ...(edge === undefined ? [] : ofEdge(name, edge)),
  ]),
  ...Object.entries(resources).flatMap(([name, resource]) => ofResource(name, resource)),
  ...ofStrategy(strategy),
  ...(cluster !== null && 'secret' in cluster.cookie ? [ofSecret('the cluster', 'cookie', cluster.cookie.secret)] : []),
  ...(failover === undefined
    ? []
    : [
        `what is on a host that gives no sign for ${formatDuration(failover.afterMs)} is started on other hosts automatically`,
      ]),
  ...(drift === undefined || drift.repair === 'never' ? [] : [ofDrift(drift)]),
  ...(ttlMs === null ? [] : [`everything is destroyed automatically ${formatDuration(ttlMs)} after a deploy`]),
  ...notify.map(({ to }) => `notify: ${readable(NOTIFIERS.runs(to))}`),
  ...HOOK_NAMES.flatMap((name) =>
    (hooks[name] ?? []).map(({ command }) => `${name}: the worker runs ${line(command)}`),
  ),
]

const ofDrift = ({ everyMs, repair }: NonNullable<Topology['drift']>): string =>
  `what differs from the last deploy is set right automatically, looked at every ${formatDuration(everyMs)}${repair === 'live' ? ', where that stops nothing that runs' : ''}`

const withKey = (key: string | null | undefined): string => (key == null ? '' : ` with the SSH key ${shown(key)}`)

const ofPassphrase = (host: string, { from, key }: SecretRef): string =>
  `host ${host}: for the passphrase of that key ${secretSource(from).runs(shown(key ?? ''))}`

function ofEdge(host: string, edge: EdgeChoice): string[] {
  const runs = EDGES.runs(edge)
  if (runs === null) return []
  return [`host ${host}: its balancer is what the worker runs, and gets the keys of certificates: ${line(runs)}`]
}

/** What says nothing of what runs, by name: whatever a resource gets besides has to have a line here, or the types refuse it. */
type Quiet = 'on' | 'placement' | 'stateful' | 'limits' | 'dependsOn'

function ofResource(name: string, resource: Resource): string[] {
  const {
    type,
    image,
    replicas,
    deploy,
    devices,
    environment,
    healthcheck,
    expose,
    config,
    profiles,
    volumes,
    replicate,
    scaling,
    backup,
    ...rest
  } = resource
  rest satisfies Pick<Resource, Quiet> & Partial<Record<Exclude<keyof typeof rest, Quiet>, never>>
  return [
    `${name}: ${replicas ?? 1} × ${type} of the image ${shown(image)}`,
    ...(scaling === undefined
      ? []
      : [`${name}: instances are added and removed by load automatically, from ${scaling.min} to ${scaling.max}`]),
    ...(profiles === undefined ? [] : [`${name}: has what the host's profiles say: ${line(profiles)}`]),
    ...Object.entries(config ?? {}).map(
      ([key, value]) => `${name}: has the Incus configuration ${key}=${shown(value)}`,
    ),
    ...Object.entries(volumes ?? {}).map(
      ([key, { path, pool }]) =>
        `${name}: has a volume of its own, ${key}, of the pool ${shown(pool)} at ${shown(path)}`,
    ),
    ...(replicate === undefined ? [] : [`${name}: is copied, with its data, to ${line(replicate.to)}`]),
    ...(backup === undefined ? [] : ofBackup(name, backup)),
    ...(deploy === null
      ? []
      : [
          `${name}: installs the release ${deploy.release} ${deploy.version ?? 'in its newest version'}`,
          `${name}: starts with ${deploy.start === null ? `bin/${deploy.release} of the release` : line(deploy.start)}`,
          `${name}: stops with ${deploy.stop === null ? `bin/${deploy.release} of the release` : line(deploy.stop)}`,
        ]),
    ...Object.entries(environment).map(([key, value]) => ofEnvironment(name, key, value)),
    ...Object.entries(devices).map(([key, config]) => `${name}: has the device ${key}: ${pairs(config)}`),
    ...(healthcheck === null ? [] : ofHealthcheck(name, healthcheck)),
    ...expose.flatMap(({ as, certificate }) =>
      certificate === null
        ? []
        : [
            `${name}: port ${as} has the certificate ${shown(certificate.cert)} with the key ${shown(certificate.key)}; the worker reads them where they are not kept with the revision`,
          ],
    ),
  ]
}

const ofBackup = (name: string, { to, key }: Backup): string[] => [
  `${name}: is backed up, encrypted, with its data, to ${
    to.kind === 'folder'
      ? `the folder ${shown(to.path)} of the worker`
      : shown(`${to.endpoint}/${to.bucket}/${to.prefix}`)
  }`,
  ofSecret(name, 'backup.key', key),
  ...(to.kind === 'folder'
    ? []
    : [ofSecret(name, 'backup.s3.accessKey', to.accessKey), ofSecret(name, 'backup.s3.secretKey', to.secretKey)]),
]

const ofEnvironment = (resource: string, name: string, value: EnvironmentValue): string =>
  'secret' in value ? ofSecret(resource, name, value.secret) : `${resource}: has ${name}=${shown(value.value)}`

function ofSecret(whose: string, name: string, { from, key }: SecretRef): string {
  const what = shown(key ?? name)
  return `${whose}: for the secret ${name} ${secretSource(from).runs(what)}`
}

function ofHealthcheck(name: string, { probe, unhealthy }: Healthcheck): string[] {
  const command = PROBES.commandOf(probe)
  return [
    ...(command === null ? [] : [`${name}: is healthy if this succeeds in it: ${line(command)}`]),
    ...(unhealthy === undefined ? [] : ofPolicy(name, unhealthy)),
  ]
}

function ofPolicy(name: string, { restart, then }: Unhealthy): string[] {
  const done = [...(restart > 0 ? ['restarted'] : []), ...(then === 'replace' ? ['deleted and created again'] : [])]
  return done.length === 0 ? [] : [`${name}: an unhealthy instance is ${done.join(', then ')} automatically`]
}

function ofStrategy({ analysis, steps }: Strategy): string[] {
  const all: (Partial<Analysis> | null | undefined)[] = [analysis, ...steps.map((step) => step.analysis)]
  return all.flatMap((each) => [
    ...(each?.command == null ? [] : [`analysis: the worker runs ${line(each.command)}`]),
    ...(each?.metric == null ? [] : [`analysis: the worker fetches ${shown(each.metric.url)}`]),
  ])
}

const pairs = (config: Record<string, string>): string =>
  Object.entries(config)
    .map(([key, value]) => `${key}=${shown(value)}`)
    .join(' ')

const line = (command: readonly string[]): string => command.map(shown).join(' ')

/** On one line, so that no value looks like a line of ours; what has a space or is empty is quoted. */
const shown = (text: string): string => (/^[\w@%+=:,./~-]+$/.test(text) ? text : readable(JSON.stringify(text)))

/** What stands in quotes already, without what would have it read otherwise. */
const readable = (quoted: string): string => quoted.replaceAll(/\p{Cf}|[\u2028\u2029]/gu, escaped)

// Marks that turn the direction of a string would have it read otherwise than it runs.
const escaped = (found: string): string =>
  [...Array(found.length).keys()].map((at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
