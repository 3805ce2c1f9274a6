import { formatDuration } from './units.js'
import type { Analysis, EnvironmentValue, Healthcheck, Resource, SecretRef, Strategy, Topology } from './model.js'

/**
 * Everything that a topology would have the worker, the hosts and the instances run or read, in words: what a person must know of
 * one that somebody else made. A strategy of an older version may lack what is looked for.
 */
export const whatRuns = ({ hosts, resources, strategy, cluster, ttlMs }: Topology): string[] => [
  ...Object.entries(hosts).map(
    ([name, { address, kind, credentials }]) =>
      `host ${name}: runs the Incus commands on ${shown(address)} (${kind})${withKey(credentials?.ssh?.key)}`,
  ),
  ...Object.entries(resources).flatMap(([name, resource]) => ofResource(name, resource)),
  ...ofStrategy(strategy),
  ...(cluster !== null && 'secret' in cluster.cookie ? [ofSecret('the cluster', 'cookie', cluster.cookie.secret)] : []),
  ...(ttlMs === null ? [] : [`all is destroyed by itself ${formatDuration(ttlMs)} after a deploy`]),
]

const withKey = (key: string | null | undefined): string => (key == null ? '' : ` with the SSH key ${shown(key)}`)

function ofResource(name: string, resource: Resource): string[] {
  const { type, image, replicas, deploy, devices, environment, healthcheck, expose } = resource
  return [
    `${name}: ${replicas ?? 1} × ${type} of the image ${shown(image)}`,
    ...(deploy === null
      ? []
      : [
          `${name}: installs the release ${deploy.release} ${deploy.version}`,
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

const ofEnvironment = (resource: string, name: string, value: EnvironmentValue): string =>
  'secret' in value ? ofSecret(resource, name, value.secret) : `${resource}: has ${name}=${shown(value.value)}`

function ofSecret(whose: string, name: string, { from, key }: SecretRef): string {
  const what = shown(key ?? name)
  const how = {
    command: `the worker runs ${what}`,
    file: `the worker reads the file ${what}`,
    system: `the variable ${what} is given to it`,
    vault: `the worker asks Vault for ${what}`,
  }
  return `${whose}: for the secret ${name} ${how[from]}`
}

const ofHealthcheck = (name: string, { probe }: Healthcheck): string[] =>
  probe.kind === 'command' ? [`${name}: is healthy if this succeeds in it: ${line(probe.command)}`] : []

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
const shown = (text: string): string =>
  /^[\w@%+=:,./~-]+$/.test(text) ? text : JSON.stringify(text).replaceAll(/\p{Cf}|[\u2028\u2029]/gu, escaped)

// Marks that turn the direction of a text would have it read otherwise than it runs.
const escaped = (found: string): string =>
  [...Array(found.length).keys()].map((at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
