import * as z from 'zod'
import { NOTIFIERS } from '../../notifiers/notifiers.js'
import { NOTICE_WORDS } from '../../notifiers/words.js'
import { DEFAULTS } from '../defaults.js'
import { DRIFT_REPAIRS } from '../drift-repairs.js'
import { MOST_NOTIFIERS } from '../limits.js'
import { hooks } from './hooks.js'
import { host } from './host.js'
import { resource } from './resource.js'
import { cookie } from './secret.js'
import { strategy } from './strategy.js'
import { NAME, duration, name, named, oneOf, reference, scalar, section, text, type KeyRule } from './words.js'

/** Names of discovery options. */
export const OPTION: KeyRule = {
  pattern: /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/,
  words: 'a name of letters, digits, ., _ and -',
}

const cluster = section({
  name: name().describe('Name of the cluster'),
  nodes: z
    .array(reference('resource'), { error: 'a list of resources' })
    .min(1, { error: 'at least one resource' })
    .describe('Resources whose instances are its nodes'),
  discovery: section({
    strategy: oneOf(['epmd', 'gossip', 'dns'], ['kubernetes', 'none'])
      .default('epmd')
      .describe('How nodes find each other'),
    options: named(OPTION, scalar(), 'options of the strategy')
      .optional()
      .meta({ defaultText: 'none', description: 'Options of the strategy' }),
  })
    .optional()
    .describe('How nodes find each other'),
  cookie: cookie.optional().meta({
    defaultText: `\`secret({ from: 'system', key: '${DEFAULTS.cookie}' })\``,
    description: 'Cookie that the nodes share',
  }),
})

const IDENTIFIER = 'a name of lowercase letters, digits and _'
const identifiers = () =>
  z.array(z.string({ error: IDENTIFIER }).regex(/^[a-z][a-z0-9_]{0,62}$/, { error: IDENTIFIER }), {
    error: 'a list of names',
  })

const notify = NOTIFIERS.written({
  on: z
    .array(oneOf(NOTICE_WORDS), { error: `a list of ${NOTICE_WORDS.join(', ')}` })
    .min(1, { error: `at least one of ${NOTICE_WORDS.join(', ')}` })
    .optional()
    .meta({ defaultText: 'everything but `succeeded`', description: 'Outcomes of operations to notify about' }),
})

const folder = () => text('a folder')
const PROJECT = 'an Incus project: letters, digits, ., _ and -'
export const project = () => z.string({ error: PROJECT }).regex(/^[A-Za-z0-9][\w.-]{0,62}$/, { error: PROJECT })

/** The whole of a topology file in the user's words: no value is changed but absent ones, which get their defaults. */
export const topologySchema = section({
  $schema: z.string().optional().describe('For editors: where the JSON Schema is'),
  name: name().describe('Name of the topology; in TypeScript the first argument of `defineTopology`'),
  project: project().optional().meta({
    defaultText: "the host's default project",
    description: 'Incus project that holds the instances; to change it, destroy the topology first',
  }),
  artifacts: z
    .union([folder(), z.array(folder())], { error: 'a folder, or a list of them' })
    .default([...DEFAULTS.artifacts])
    .describe('Where releases are looked up, in this order, from the folder of the topology file'),
  hosts: named(NAME, host, 'host names to hosts').describe('Machines that run Incus, by name'),
  resources: named(NAME, resource, 'resource names to resources').describe(
    'Containers and virtual machines, by name, in the order of deployment',
  ),
  network: section({
    betweenHosts: oneOf(['routed']).optional().meta({
      defaultText: 'not at all',
      description:
        'How instances of different hosts reach each other. `routed`: by addresses of their own that every host has a route to; every edge then leads to the instances of all hosts',
    }),
  })
    .optional()
    .meta({ defaultText: 'none', description: 'The network between the hosts' }),
  failover: section({
    after: duration()
      .default(DEFAULTS.failoverAfter)
      .describe('How long a host must have given no sign before it is taken for dead'),
  })
    .optional()
    .meta({
      defaultText: 'nothing is moved',
      description: 'What was on a host that is dead is started on others, without asking; what is stateful stays',
    }),
  drift: section({
    every: duration().default(DEFAULTS.driftEvery).describe('Time between two looks'),
    repair: oneOf([...DRIFT_REPAIRS])
      .default(DEFAULTS.driftRepair)
      .meta({
        description:
          'What is set right by itself: nothing, what stops nothing that runs (`live`), or all that a deploy would change',
      }),
  })
    .optional()
    .meta({
      defaultText: 'nobody looks',
      description: 'Between operations, whether everything is still as the stable revision says',
    }),
  strategy: strategy.optional().describe('When and how to deploy'),
  cluster: cluster.optional().meta({ defaultText: 'none', description: 'How nodes talk to each other' }),
  observability: section({
    metrics: identifiers().default([]).describe('Metrics to keep'),
    events: identifiers().default([]).describe('Events to keep'),
  })
    .optional()
    .describe('Observability'),
  ttl: duration().optional().meta({
    defaultText: 'never',
    description: 'Time after a deploy after which the topology is destroyed automatically',
  }),
  notify: z
    .array(notify, { error: 'a list of notifiers' })
    .min(1, { error: 'at least one notifier' })
    .refine((list) => list.length <= MOST_NOTIFIERS, { error: `${MOST_NOTIFIERS} notifiers at most` })
    .optional()
    .meta({ defaultText: 'nobody', description: 'Who is told how operations end' }),
  hooks: hooks.optional().meta({ defaultText: 'none', description: 'What is run before and after operations' }),
})

/** A topology as a file may write it. */
export type TopologyDeclaration = z.input<typeof topologySchema>
/** The same with defaults in place of what is absent. */
export type FullDeclaration = z.output<typeof topologySchema>
