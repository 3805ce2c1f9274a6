import { PROBES } from '../../src/health/probes/registry.js'
import type {
  Analysis,
  EnvironmentValue,
  Healthcheck,
  Hook,
  Host,
  Notify,
  Release,
  Resource,
  SecretRef,
  Strategy,
  Topology,
} from '../../src/topology/model.js'
import type { TopologyDeclaration } from '../../src/topology/schema/topology.js'
import { formatDuration, formatSize } from '../../src/topology/units.js'
import { mapValues } from '../../src/topology/values.js'

type ResourceDeclaration = TopologyDeclaration['resources'][string]
type StrategyDeclaration = NonNullable<TopologyDeclaration['strategy']>

/** A topology back in the words of the file, every default spelled out: parsing it gives the same topology. */
export function toDeclaration(topology: Topology): TopologyDeclaration {
  const { name, project, artifacts, hosts, resources, strategy, cluster, observability, ttlMs, notify, hooks } =
    topology
  return {
    name,
    ...given({ project }),
    artifacts,
    hosts: mapValues(hosts, ({ address, platform, credentials, edge, labels, site, region, reserve, overcommit }) => ({
      address,
      platform,
      ...(credentials === null
        ? {}
        : { credentials: credentials.ssh === null ? {} : { ssh: given({ key: credentials.ssh.key }) } }),
      ...(edge === undefined ? {} : { edge: fromEdge(edge) }),
      ...given({ labels, site, region, overcommit }),
      ...(reserve === undefined ? {} : { reserve: fromReserve(reserve) }),
    })),
    resources: mapValues(resources, fromResource),
    strategy: fromStrategy(strategy),
    ...(cluster === null
      ? {}
      : {
          cluster: {
            ...cluster,
            cookie: 'value' in cluster.cookie ? cluster.cookie.value : fromSecret(cluster.cookie),
          },
        }),
    observability,
    ...(ttlMs === null ? {} : { ttl: formatDuration(ttlMs) }),
    ...(notify === undefined ? {} : { notify: notify.map(fromNotify) }),
    ...(hooks === undefined ? {} : { hooks: mapValues(hooks, (each) => each.map(fromHook)) }),
  }
}

/** A size of 0 cannot be written: nothing is reserved where nothing is said. */
const fromReserve = ({ cpu, memoryMiB, diskMiB }: NonNullable<Host['reserve']>) => ({
  cpu,
  ...given({
    memory: memoryMiB === 0 ? null : formatSize(memoryMiB),
    disk: diskMiB === 0 ? null : formatSize(diskMiB),
  }),
})

const fromPlacement = ({ strategy, spread, require, prefer, ...rest }: NonNullable<Resource['placement']>) => ({
  strategy,
  ...(strategy === 'pack' ? {} : { spread: `${spread}s` as const }),
  require: given(require),
  prefer: given(prefer),
  ...rest,
})

const fromHook = ({ timeoutMs, ...rest }: Hook) => ({ ...rest, timeout: formatDuration(timeoutMs) })

const fromNotify = ({ to, on }: Notify): NonNullable<TopologyDeclaration['notify']>[number] => ({
  ...(to.kind === 'command'
    ? { command: to.command }
    : { webhook: 'value' in to.url ? to.url.value : fromSecret(to.url) }),
  ...given({ on }),
})

/** A balancer is a word, or a mapping with its name and the one thing that it is told. */
function fromEdge({
  kind,
  ...told
}: NonNullable<Host['edge']>): NonNullable<TopologyDeclaration['hosts'][string]['edge']> {
  const [value] = Object.values(told)
  return value === undefined ? kind : { [kind]: value }
}

function fromResource(resource: Resource): ResourceDeclaration {
  const { type, on, replicas, image, stateful, limits, expose, devices, environment } = resource
  return {
    type,
    on,
    ...(resource.placement === undefined ? {} : { placement: fromPlacement(resource.placement) }),
    ...given({ replicas }),
    image,
    stateful,
    limits: given({
      cpu: limits.cpu,
      memory: limits.memoryMiB === null ? null : formatSize(limits.memoryMiB),
      disk: limits.diskMiB === null ? null : formatSize(limits.diskMiB),
    }),
    network: {
      expose: expose.map(({ host, certificate, ...rest }) => ({ ...rest, ...given({ host, certificate }) })),
    },
    devices,
    ...(resource.config === undefined ? {} : { config: resource.config }),
    ...(resource.profiles === undefined ? {} : { profiles: resource.profiles }),
    ...(resource.volumes === undefined
      ? {}
      : {
          volumes: mapValues(resource.volumes, ({ path, pool, sizeMiB }) => ({
            path,
            pool,
            ...given({ size: sizeMiB === null ? null : formatSize(sizeMiB) }),
          })),
        }),
    environment: mapValues(environment, fromEnvironment),
    ...(resource.deploy === null ? {} : { deploy: fromRelease(resource.deploy) }),
    ...(resource.healthcheck === null ? {} : { healthcheck: fromHealthcheck(resource.healthcheck) }),
    dependsOn: resource.dependsOn,
  }
}

const fromEnvironment = (value: EnvironmentValue) => ('value' in value ? value.value : fromSecret(value))

const fromSecret = ({ secret: { from, key } }: { secret: SecretRef }) => ({ secret: { from, ...given({ key }) } })

const fromRelease = ({ release, version, artifact, start, stop }: Release) => ({
  release,
  ...given({ version, artifact, start, stop }),
})

function fromHealthcheck(check: Healthcheck): NonNullable<ResourceDeclaration['healthcheck']> {
  return {
    ...PROBES.write(check.probe),
    interval: formatDuration(check.intervalMs),
    timeout: formatDuration(check.timeoutMs),
    retries: check.retries,
    minHealthyTime: formatDuration(check.minHealthyMs),
    deadline: formatDuration(check.deadlineMs),
  }
}

function fromStrategy(strategy: Strategy): StrategyDeclaration {
  const { approach, maxParallel, steps, analysis, keepMs, drainMs, progressDeadlineMs, rollback } = strategy
  return {
    approach: approach as StrategyDeclaration['approach'],
    maxParallel,
    steps: steps.map((step) => ({
      weight: step.weight,
      pause: step.pause === 'manual' ? step.pause : formatDuration(step.pause),
      ...(step.analysis === null ? {} : { analysis: fromAnalysis(step.analysis) }),
    })),
    analysis: fromAnalysis(analysis),
    instances: strategy.canaries,
    bake: formatDuration(strategy.bakeMs),
    hostTimeout: formatDuration(strategy.hostTimeoutMs),
    keep: formatDuration(keepMs),
    drain: formatDuration(drainMs),
    progressDeadline: formatDuration(progressDeadlineMs),
    rollback,
  }
}

const fromAnalysis = (analysis: Analysis): NonNullable<StrategyDeclaration['analysis']> => ({
  maxErrorRatePercent: analysis.maxErrorRatePercent ?? false,
  compare: analysis.compare ?? false,
  maxSlowdownPercent: analysis.maxSlowdownPercent ?? false,
  ...given({
    maxLatencyP95: analysis.maxLatencyP95Ms === null ? null : formatDuration(analysis.maxLatencyP95Ms),
    command: analysis.command,
    metric: analysis.metric,
  }),
  minRequests: analysis.minRequests,
  interval: formatDuration(analysis.intervalMs),
})

/** Null is how the normalised form says absent; the file says it by leaving the key out. */
function given<Mapping extends object>(mapping: Mapping): { [Key in keyof Mapping]?: NonNullable<Mapping[Key]> } {
  return Object.fromEntries(Object.entries(mapping).filter(([, value]) => value !== null && value !== undefined)) as {
    [Key in keyof Mapping]?: NonNullable<Mapping[Key]>
  }
}
