import * as z from 'zod'
import { PROBES } from '../health/probes/registry.js'
import { ADDRESS_KINDS } from '../hosts/kinds/addresses.js'
import { NOTIFIERS } from '../notifiers/notifiers.js'
import { DRIFT_REPAIRS } from '../topology/drift-repairs.js'
import { NOTICE_WORDS } from '../notifiers/words.js'
import { STRATEGIES } from '../strategies/registry.js'
import { ownConfigKey } from '../topology/config-keys.js'
import { EDGES } from '../traffic/balancers.js'
import { HOOK_NAMES, type HookName } from '../topology/hook-names.js'
import type * as Model from '../topology/model.js'
import {
  CONFIG_KEY,
  DEVICE,
  DEVICE_KEY,
  hostName,
  mountPath,
  poolOfVolume,
  profileName,
  releaseName,
  releaseVersion,
  VOLUME,
} from '../topology/schema/resource.js'
import { exportedBackup } from './exported-backup.js'
import { exportedHostPlacement, exportedPlacement } from './exported-placement.js'
import { hookCommand, LONGEST_HOOK_MS } from '../topology/schema/hooks.js'
import { normalisedSecret, VARIABLE } from '../topology/schema/secret.js'
import { OPTION, project } from '../topology/schema/topology.js'
import { command, NAME, name, port, section, text, whole, word, type KeyRule } from '../topology/schema/words.js'
import {
  MOST_HOOKS,
  MOST_INSTANCES,
  MOST_REPLICAS,
  SOONEST_DRIFT_MS,
  SOONEST_FAILOVER_MS,
  SOONEST_REPLICA_MS,
  SOONEST_SCALING_MS,
} from '../topology/limits.js'
import { LARGEST_MIB, LONGEST_MS } from '../topology/units.js'

/*
 * A normalised topology as it comes back from a file. The types hold this against the model; what the model gets, this must get
 * too. Names become arguments of commands, times become timers, and numbers of instances memory: they are what the topology file
 * allows.
 */

const string = () => z.string()
const count = () => whole(0, Number.MAX_SAFE_INTEGER)
const time = () => whole(0, LONGEST_MS)
const mebibytes = () => whole(1, LARGEST_MIB)
const named = <Value extends z.ZodType>({ pattern, words }: KeyRule, value: Value) =>
  z.record(z.string().regex(pattern, { error: words }), value, {
    error: (issue) => (issue.code === 'invalid_key' ? words : undefined),
  })
const withoutNul = () => z.string().regex(/^[^\0]*$/, { error: 'a string without NUL' })

const host: z.ZodType<Model.Host> = section({
  address: text('an address'),
  platform: z.enum(['arch_linux', 'debian', 'ubuntu', 'icusos', 'emulated']),
  kind: z.enum(ADDRESS_KINDS.map(({ name: each }) => each)),
  credentials: section({
    ssh: section({ key: string().nullable(), passphrase: normalisedSecret.optional() }).nullable(),
  }).nullable(),
  edge: EDGES.normalised.optional(),
  ...exportedHostPlacement,
})

const value = z.union([section({ value: withoutNul() }), section({ secret: normalisedSecret })])

const healthcheck: z.ZodType<Model.Healthcheck> = section({
  probe: PROBES.normalised,
  intervalMs: time(),
  timeoutMs: time(),
  retries: whole(0, 1_000),
  errorLimit: count(),
  minHealthyMs: time(),
  deadlineMs: count(),
  unhealthy: section({
    restart: whole(0, 100),
    withinMs: whole(1, LONGEST_MS),
    then: z.enum(['replace', 'alert']),
  }).optional(),
})

const expose: z.ZodType<Model.Expose> = section({
  port: port(),
  as: port(),
  protocol: z.enum(['http', 'https', 'tcp']),
  host: hostName().nullable(),
  certificate: section({ cert: text('the path of a PEM file'), key: text('the path of a PEM file') }).nullable(),
  sticky: z.boolean(),
  pool: name().optional(),
})

const release: z.ZodType<Model.Release> = section({
  release: releaseName(),
  version: releaseVersion(),
  artifact: text('a path').nullable(),
  start: command().nullable(),
  stop: command().nullable(),
})

const resource: z.ZodType<Model.Resource> = section({
  type: z.enum(['container', 'vm']),
  on: z.array(name()),
  placement: exportedPlacement.optional(),
  replicas: whole(1, MOST_REPLICAS).nullable(),
  scaling: section({
    min: whole(1, MOST_REPLICAS),
    max: whole(1, MOST_REPLICAS),
    target: section({ of: z.enum(['cpu', 'requests']), value: whole(1, 9_999_999) }),
    coolDownMs: whole(SOONEST_SCALING_MS, LONGEST_MS),
  }).optional(),
  image: word('an image'),
  stateful: z.boolean(),
  replicate: section({
    to: z.array(name()).min(1),
    everyMs: whole(SOONEST_REPLICA_MS, LONGEST_MS),
    keep: whole(1, 100),
  }).optional(),
  backup: exportedBackup.optional(),
  limits: section({
    cpu: whole(1, 4_096).nullable(),
    memoryMiB: mebibytes().nullable(),
    diskMiB: mebibytes().nullable(),
  }),
  config: named(CONFIG_KEY, withoutNul())
    .refine((config) => Object.keys(config).every((key) => ownConfigKey(key) === null), {
      error: "keys that are not cul8er's or Incus's own",
    })
    .optional(),
  profiles: z.array(profileName()).min(1).optional(),
  volumes: named(
    VOLUME,
    section({ path: mountPath(), pool: poolOfVolume(), sizeMiB: mebibytes().nullable() }),
  ).optional(),
  expose: z.array(expose),
  devices: named(DEVICE, named(DEVICE_KEY, withoutNul())),
  environment: named(VARIABLE, value),
  deploy: release.nullable(),
  healthcheck: healthcheck.nullable(),
  dependsOn: z.array(name()),
})

const APPROACHES = STRATEGIES.map(({ name: each }) => each)

const runByTheWorker = z.looseObject({
  command: command().nullable().optional(),
  metric: z.looseObject({ url: string(), path: string() }).nullable().optional(),
})

/** What an older cul8er did not have may be absent, and each strategy reads options of its own itself. */
const strategy = z.looseObject({
  approach: z.enum(APPROACHES),
  maxParallel: whole(1, 1_000),
  steps: z
    .array(
      z.looseObject({
        weight: whole(1, 100),
        pause: z.union([time(), z.literal('manual')]),
        analysis: runByTheWorker.nullable().optional(),
      }),
    )
    .min(1)
    .max(101),
  analysis: runByTheWorker.optional(),
  keepMs: time(),
  drainMs: time(),
  progressDeadlineMs: time(),
  canaries: z.union([whole(1, 1_000), z.literal('share')]).optional(),
  bakeMs: time().optional(),
  hostTimeoutMs: time().optional(),
  rollback: z.looseObject({
    onFailure: z.enum(['automatic', 'hold']),
    snapshot: z.enum(['auto', 'always', 'never']),
    keepSnapshots: whole(0, 1_000),
  }),
}) as unknown as z.ZodType<Model.Strategy>

const cluster: z.ZodType<Model.Cluster> = section({
  name: name(),
  nodes: z.array(name()),
  discovery: section({ strategy: z.enum(['epmd', 'gossip', 'dns']), options: named(OPTION, withoutNul()) }),
  cookie: value,
})

const hook: z.ZodType<Model.Hook> = section({
  command: hookCommand(),
  timeoutMs: whole(1, LONGEST_HOOK_MS),
  required: z.literal(true).optional(),
})

/** One list for each name. */
const hooks: z.ZodType<NonNullable<Model.Topology['hooks']>> = section(
  Object.fromEntries(HOOK_NAMES.map((each) => [each, z.array(hook).min(1).max(MOST_HOOKS).optional()])) as {
    [Name in HookName]: z.ZodOptional<z.ZodArray<typeof hook>>
  },
)

/** The normalised form; see src/topology/model.ts. */
export const exportedTopology: z.ZodType<Model.Topology> = section({
  name: name(),
  project: project().nullable(),
  artifacts: z.array(text('a folder')),
  hosts: named(NAME, host),
  resources: named(NAME, resource).refine(
    (resources) => Object.values(resources).reduce((sum, { replicas }) => sum + (replicas ?? 1), 0) <= MOST_INSTANCES,
    { error: `resources of ${MOST_INSTANCES} instances at most` },
  ),
  strategy,
  cluster: cluster.nullable(),
  observability: section({ metrics: z.array(string()), events: z.array(string()) }),
  network: section({ betweenHosts: z.enum(['routed']) }).optional(),
  failover: section({ afterMs: whole(SOONEST_FAILOVER_MS, LONGEST_MS) }).optional(),
  drift: section({ everyMs: whole(SOONEST_DRIFT_MS, LONGEST_MS), repair: z.enum(DRIFT_REPAIRS) }).optional(),
  ttlMs: time().nullable(),
  notify: z
    .array(section({ to: NOTIFIERS.normalised, on: z.array(z.enum(NOTICE_WORDS)).min(1).nullable() }))
    .min(1)
    .optional(),
  hooks: hooks.optional(),
})
