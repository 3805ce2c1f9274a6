import * as z from 'zod'
import { DEFAULTS } from '../defaults.js'
import { MOST_REPLICAS } from '../limits.js'
import { backup } from './backup.js'
import { healthcheck } from './health.js'
import { placement } from './placement.js'
import { scaling } from './scaling.js'
import { environment } from './secret.js'
import {
  command,
  duration,
  name,
  named,
  port,
  reference,
  scalar,
  section,
  size,
  text,
  whole,
  word,
  type KeyRule,
} from './words.js'

const limits = section({
  cpu: whole(1, 4_096).optional().describe('Number of CPUs'),
  memory: size().optional().describe('Memory'),
  disk: size().optional().describe('Size of the root disk'),
})

const HOST_NAME = 'a host name such as app.example.com'

export const hostName = () =>
  z
    .string({ error: HOST_NAME })
    .max(253, { error: HOST_NAME })
    .regex(/^(?=.*[A-Za-z0-9])[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, { error: HOST_NAME })

const expose = section({
  port: port().describe('Port that the app listens on inside the instance'),
  as: port()
    .optional()
    .meta({ defaultText: 'the same as `port`', description: 'Public port, on every address of the host' }),
  protocol: z.enum(['http', 'https', 'tcp']).default(DEFAULTS.protocol).describe('What is spoken on the public port'),
  host: hostName().optional().meta({ defaultText: 'any', description: 'Route by this host name' }),
  certificate: section({
    cert: text('the path of a PEM file').describe(
      'PEM file of the certificate and then its chain, relative to the topology file',
    ),
    key: text('the path of a PEM file').describe(
      'PEM file of its key, without a passphrase, relative to the topology file',
    ),
  })
    .optional()
    .meta({ defaultText: 'self-signed', description: 'Certificate of an `https` port' }),
  sticky: z.boolean().default(false).describe('A cookie keeps a client on one instance'),
  pool: name().optional().meta({
    defaultText: 'none',
    description: 'Resources that give the same name share the public port; for `rolling` and `recreate`',
  }),
})

const RELEASE = 'a name of letters, digits, ., _, + and -'
export const releaseName = () => z.string({ error: RELEASE }).regex(/^[A-Za-z0-9][\w.+-]{0,127}$/, { error: RELEASE })
const VERSION = "a version in quotes, such as '1.0.0', of letters, digits, ., _, + and -"
/** What a version of a release may look like. */
export const RELEASE_VERSION = /^[A-Za-z0-9][\w.+-]{0,127}$/
export const releaseVersion = () => z.string({ error: VERSION }).regex(RELEASE_VERSION, { error: VERSION })

const RUN = "a command without quotes or shell signs, or a list of its arguments: ['bin/app', 'start']"
const run = () =>
  z.union(
    [
      z
        .string()
        .regex(/^[^-\s'"`$\\|&;<>()*?#~\p{Cc}][^'"`$\\|&;<>()*?#~\p{Cc}]*$/u, { error: RUN })
        .describe('Split at spaces'),
      command(),
    ],
    { error: RUN },
  )

const deploy = section({
  release: releaseName().describe('Name of the release'),
  version: releaseVersion().optional().meta({
    defaultText: '`--version`, else that of the only or newest tarball, which the plan names',
    description: 'Version to deploy; `deploy --version` overrides it',
  }),
  artifact: text('a path; {version} stands for the version').optional().meta({
    defaultText: '`<release>-<version>.tar.gz` under `artifacts`',
    description: 'Path of the tarball; `{version}` stands for the version',
  }),
  start: run()
    .optional()
    .meta({ defaultText: '`bin/<release> start`', description: 'Command that runs the release, from its folder' }),
  stop: run().optional().meta({ defaultText: 'a signal to the process', description: 'Command that stops it' }),
})

/** Names of devices, as Incus takes them. */
export const DEVICE: KeyRule = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/,
  words: 'a device name of letters, digits, ., _ and -',
}
/** Keys of devices, as Incus spells them. */
export const DEVICE_KEY: KeyRule = { pattern: /^[a-z][a-z0-9_.-]{0,62}$/, words: 'a key of an Incus device' }

/** Keys of an instance's configuration, as Incus spells them. */
export const CONFIG_KEY: KeyRule = {
  pattern: /^[a-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+$/,
  words: 'a key of the Incus configuration, such as security.nesting',
}

/** Names of volumes: part of a volume's name in Incus, and the name of its device. */
export const VOLUME: KeyRule = {
  pattern: /^[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?$/,
  words: 'a volume name of lowercase letters, digits and -, a letter first, 32 characters at most',
}
const MOUNT = 'an absolute path in the instance, such as /var/lib/data'
/** Where a volume is mounted. */
export const mountPath = () =>
  z.string({ error: MOUNT }).regex(/^(?:\/(?!\.{1,2}(?:\/|$))[^/\s\p{Cc}]+)+$/u, { error: MOUNT })
const POOL = 'the name of an Incus storage pool'
/** Name of an Incus storage pool. */
export const poolOfVolume = () => z.string({ error: POOL }).regex(/^[A-Za-z0-9][\w.-]{0,62}$/, { error: POOL })

const volume = section({
  path: mountPath().describe('Where it is mounted in the instance'),
  size: size().optional().meta({ defaultText: 'no limit', description: 'Size; it may grow later, and not shrink' }),
  pool: poolOfVolume().default(DEFAULTS.volumePool).describe('Incus storage pool of the host'),
})

const PROFILE = 'the name of an Incus profile'
/** Name of an Incus profile. */
export const profileName = () => z.string({ error: PROFILE }).regex(/^[A-Za-z0-9][\w.-]{0,62}$/, { error: PROFILE })

const replicate = section({
  to: z
    .union([reference('host'), z.array(reference('host')).min(1, { error: 'at least one host' })], {
      error: 'the name of a host, or a list of them',
    })
    .describe('Host or hosts that get a copy; none that may run the resource itself'),
  every: duration().default(DEFAULTS.replicateEvery).describe('Time from one copy to the next, at least 10s'),
  keep: whole(1, 100)
    .default(DEFAULTS.replicateKeep)
    .describe('How many of its snapshots stay on either side, to go back to'),
})

/** A resource: what it is, where it runs, how it is configured. */
export const resource = section({
  type: z.enum(['container', 'vm']).default(DEFAULTS.type).describe('Kind of instance'),
  on: z
    .union([reference('host'), z.array(reference('host')).min(1, { error: 'at least one host, or no `on` at all' })], {
      error: 'the name of a host, or a list of them',
    })
    .optional()
    .meta({ defaultText: 'all hosts', description: 'Host or hosts that may run it, in order of preference' }),
  placement: placement.optional().meta({
    defaultText: 'replicas spread over hosts',
    description: 'To which of its hosts new instances go',
  }),
  replicas: z
    .union([whole(1, MOST_REPLICAS), scaling], {
      error: `a whole number from 1 to ${MOST_REPLICAS}, or { min, max, target }`,
    })
    .optional()
    .meta({
      defaultText: 'one, without a number in its name',
      description: 'How many instances; `{ min, max, target }` adds and removes them by load',
    }),
  image: word('an image such as images:debian/12').describe('Image, with the remote it comes from'),
  limits: limits.optional().meta({ defaultText: 'none', description: 'Resource limits' }),
  stateful: z
    .boolean()
    .default(false)
    .describe('Holds data that outlives updates: never replaced beside itself, never started twice'),
  replicate: replicate.optional().meta({
    defaultText: 'none',
    description: 'Copies of the data on other hosts, for what is `stateful`; they are never started by themselves',
  }),
  backup: backup.optional().meta({
    defaultText: 'none',
    description: 'Encrypted backups of the data in a folder or in S3-compatible storage, for what is `stateful`',
  }),
  dependsOn: z
    .union([reference('resource'), z.array(reference('resource'))], {
      error: 'the name of a resource, or a list of them',
    })
    .optional()
    .meta({ defaultText: 'none', description: 'Resources that must be healthy before this one is touched' }),
  network: section({
    expose: z.array(expose, { error: 'a list of ports' }).optional().describe('Public ports'),
  })
    .optional()
    .describe('How it is reached'),
  devices: named(
    DEVICE,
    named(DEVICE_KEY, scalar(), 'keys of the Incus device to values'),
    'device names to their keys',
  )
    .optional()
    .meta({
      defaultText: 'none',
      description: 'More Incus devices, with the keys that Incus gives them, `type` among them',
    }),
  config: named(CONFIG_KEY, scalar(), 'keys of the Incus configuration to values').optional().meta({
    defaultText: 'none',
    description: 'More Incus configuration of the instance, such as `security.nesting`, as Incus spells it',
  }),
  profiles: z
    .array(profileName(), { error: 'a list of Incus profiles' })
    .min(1, { error: 'at least one profile, or no `profiles` at all' })
    .optional()
    .meta({ defaultText: "the host's `default` profile", description: 'Incus profiles of the host, by name' }),
  volumes: named(VOLUME, volume, 'volume names to their paths').optional().meta({
    defaultText: 'none',
    description: 'Storage volumes that outlive the instance; two instances never have one at the same time',
  }),
  environment: environment
    .optional()
    .meta({ defaultText: 'none', description: 'Environment variables: strings, or secrets by their source' }),
  deploy: deploy.optional().describe('Release that is put into the instance and run'),
  healthcheck: healthcheck.optional().meta({
    defaultText: '`strategy.healthcheck`, for what deploys or exposes something',
    description: 'When an instance of it counts as healthy',
  }),
}).describe('A container or virtual machine')
