import { z } from 'zod'
import { DEFAULTS } from '../defaults.js'
import { MOST_REPLICAS } from '../limits.js'
import { healthcheck } from './health.js'
import { environment } from './secret.js'
import { command, named, port, reference, scalar, section, size, text, whole, word, type KeyRule } from './words.js'

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
})

const RELEASE = 'a name of letters, digits, ., _, + and -'
export const releaseName = () => z.string({ error: RELEASE }).regex(/^[A-Za-z0-9][\w.+-]{0,127}$/, { error: RELEASE })
const VERSION = "a version in quotes, such as '1.0.0', of letters, digits, ., _, + and -"
export const releaseVersion = () =>
  z.string({ error: VERSION }).regex(/^[A-Za-z0-9][\w.+-]{0,127}$/, { error: VERSION })

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
  version: releaseVersion().describe('Version to deploy; `deploy --version` overrides it'),
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

/** A resource: what it is, where it runs, how it is configured. */
export const resource = section({
  type: z.enum(['container', 'vm']).default(DEFAULTS.type).describe('Kind of instance'),
  on: z
    .union([reference('host'), z.array(reference('host')).min(1, { error: 'at least one host, or no `on` at all' })], {
      error: 'the name of a host, or a list of them',
    })
    .optional()
    .meta({ defaultText: 'all hosts', description: 'Host or hosts that may run it, in order of preference' }),
  replicas: whole(1, MOST_REPLICAS)
    .optional()
    .meta({ defaultText: 'one, without a number in its name', description: 'How many instances' }),
  image: word('an image such as images:debian/12').describe('Image, with the remote it comes from'),
  limits: limits.optional().meta({ defaultText: 'none', description: 'What it may use' }),
  stateful: z
    .boolean()
    .default(false)
    .describe('Holds data that outlives updates: never replaced beside itself, never started twice'),
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
  environment: environment
    .optional()
    .meta({ defaultText: 'none', description: 'Environment variables: texts, or secrets by where they come from' }),
  deploy: deploy.optional().describe('Release that is put into the instance and run'),
  healthcheck: healthcheck.optional().meta({
    defaultText: '`strategy.healthcheck`, for what deploys or exposes something',
    description: 'When an instance of it counts as healthy',
  }),
}).describe('A container or virtual machine')
