import { z } from 'zod'
import type * as Model from '../topology/model.js'
import { NAME, name, port, section, text, whole } from '../topology/schema/words.js'

/*
 * A normalised topology as it comes back from a file. The types hold this against the model; what the model gets, this must get
 * too. Names become arguments of commands, so they are what the topology file allows.
 */

const string = () => z.string()
const count = () => whole(0, Number.MAX_SAFE_INTEGER)
const named = <Value extends z.ZodType>(value: Value) =>
  z.record(name(), value, { error: (issue) => (issue.code === 'invalid_key' ? NAME.words : undefined) })
const texts = () => z.record(z.string(), z.string())

const host: z.ZodType<Model.Host> = section({
  address: text('an address'),
  platform: z.enum(['arch_linux', 'debian', 'ubuntu', 'icusos', 'emulated']),
  kind: z.enum(['local', 'ssh', 'incus', 'emulated']),
  credentials: section({ ssh: section({ key: string().nullable() }).nullable() }).nullable(),
})

const secretRef: z.ZodType<Model.SecretRef> = section({
  from: z.enum(['system', 'file', 'command', 'vault']),
  key: string().nullable(),
})

const value = z.union([section({ value: string() }), section({ secret: secretRef })])

const probe: z.ZodType<Model.Probe> = z.discriminatedUnion('kind', [
  section({
    kind: z.literal('http'),
    scheme: z.enum(['http', 'https']),
    port: port(),
    path: string(),
    expectedStatus: count().nullable(),
  }),
  section({ kind: z.literal('tcp'), port: port() }),
  section({ kind: z.literal('command'), command: z.array(string()).min(1) }),
])

const healthcheck: z.ZodType<Model.Healthcheck> = section({
  probe,
  intervalMs: count(),
  timeoutMs: count(),
  retries: count(),
  errorLimit: count(),
  minHealthyMs: count(),
  deadlineMs: count(),
})

const expose: z.ZodType<Model.Expose> = section({
  port: port(),
  as: port(),
  protocol: z.enum(['http', 'https', 'tcp']),
  host: string().nullable(),
  certificate: section({ cert: string(), key: string() }).nullable(),
  sticky: z.boolean(),
})

const release: z.ZodType<Model.Release> = section({
  release: text('the name of a release'),
  version: text('a version'),
  artifact: string().nullable(),
  start: z.array(string()).nullable(),
  stop: z.array(string()).nullable(),
})

const resource: z.ZodType<Model.Resource> = section({
  type: z.enum(['container', 'vm']),
  on: z.array(name()),
  replicas: count().nullable(),
  image: text('an image'),
  stateful: z.boolean(),
  limits: section({ cpu: count().nullable(), memoryMiB: count().nullable(), diskMiB: count().nullable() }),
  expose: z.array(expose),
  devices: z.record(z.string(), texts()),
  environment: z.record(z.string(), value),
  deploy: release.nullable(),
  healthcheck: healthcheck.nullable(),
  dependsOn: z.array(name()),
})

/** Each strategy has options of its own; it reads them itself. */
const strategy = z.looseObject({ approach: string() }) as unknown as z.ZodType<Model.Strategy>

const cluster: z.ZodType<Model.Cluster> = section({
  name: string(),
  nodes: z.array(string()),
  discovery: section({ strategy: z.enum(['epmd', 'gossip', 'dns']), options: texts() }),
  cookie: value,
})

/** The normalised form; see src/topology/model.ts. */
export const exportedTopology: z.ZodType<Model.Topology> = section({
  name: name(),
  project: text('an Incus project').nullable(),
  artifacts: z.array(string()),
  hosts: named(host),
  resources: named(resource),
  strategy,
  cluster: cluster.nullable(),
  observability: section({ metrics: z.array(string()), events: z.array(string()) }),
  ttlMs: count().nullable(),
})
