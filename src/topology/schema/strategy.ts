import * as z from 'zod'
import { STRATEGIES, type StrategyName } from '../../strategies/registry.js'
import { DEFAULTS } from '../defaults.js'
import { spellingsOf, wordFor } from '../spelling.js'
import { healthcheck } from './health.js'
import { command, duration, section, text, whole, word } from './words.js'

const PERCENT = 'a number from 0 to 100, or false'
const SLOWDOWN = 'a number from 1 to 1000, or false'

/** How a canary is judged against the stable set. */
export const analysis = section({
  maxErrorRatePercent: z
    .union([z.number().min(0, { error: PERCENT }).max(100, { error: PERCENT }), z.literal(false)], { error: PERCENT })
    .default(DEFAULTS.maxErrorRatePercent)
    .describe("Highest share of 5xx among the canary's answers, in percent; `false` ignores it"),
  maxLatencyP95: duration()
    .optional()
    .meta({ defaultText: 'not checked', description: "Highest 95th percentile of the canary's answer times" }),
  compare: z
    .literal(['stable', false], { error: "'stable' or false" })
    .default(DEFAULTS.compare)
    .describe(
      'stable: the canary must not fail more often or be slower than the stable instances beside it either; `false`: thresholds alone',
    ),
  maxSlowdownPercent: z
    .union([z.number().min(1, { error: SLOWDOWN }).max(1_000, { error: SLOWDOWN }), z.literal(false)], {
      error: SLOWDOWN,
    })
    .default(DEFAULTS.maxSlowdownPercent)
    .describe('With `compare`: by how many percent the canary may be slower; `false` does not compare latency'),
  command: command().optional().describe('Run by the worker: exit 0 passes, 1 is a breach, anything else is no data'),
  metric: section({
    url: word('an http(s) URL')
      .refine((url) => /^https?:\/\//.test(url) && URL.canParse(url), { error: 'an http(s) URL' })
      .describe('Answers with JSON'),
    path: text('the path of a number, such as data.rate').describe(
      'Where the number is in the answer: keys joined by dots',
    ),
    max: z.number({ error: 'a number' }).describe('Highest value that passes'),
  })
    .optional()
    .describe('A number of your own to judge by'),
  minRequests: whole(0, 1_000_000_000)
    .default(DEFAULTS.minRequests)
    .describe('Requests that the canary must have answered before a verdict counts; with fewer it waits'),
  interval: duration().default(DEFAULTS.analysisInterval).describe('Time between two checks'),
})

const weight = () => whole(1, 100)

const step = z.union(
  [
    weight(),
    section({
      weight: weight().describe('Percent of the traffic that the canary gets'),
      pause: z
        .union([duration(0), z.literal('manual')], { error: "a duration such as '5m', or 'manual'" })
        .optional()
        .meta({
          defaultText: `\`${DEFAULTS.pause}\`; \`0s\` at the last step`,
          description: 'How long to stay at this weight; `manual` waits for a promote',
        }),
      analysis: analysis
        .optional()
        .meta({ defaultText: '`strategy.analysis`', description: 'How the canary is judged at this step' }),
    }),
  ],
  { error: 'a weight from 1 to 100, or { weight, pause, analysis }' },
)

const APPROACHES = STRATEGIES.map(({ name }) => name) as [StrategyName, ...StrategyName[]]

/** `blue_green` is `blueGreen`. */
const SPELLINGS = [...APPROACHES, ...APPROACHES.flatMap(spellingsOf)] as [
  StrategyName | 'blue_green',
  ...StrategyName[],
]

/** The approach that a file means. */
export const approachOf = (written: string): StrategyName => wordFor(written, APPROACHES) as StrategyName

const maxParallel = () => whole(1, 1_000).optional()

/** When and how to deploy; `check/times.ts` sees that its times go together. */
export const strategy = section({
  approach: z
    .enum(SPELLINGS, {
      // A missing one has a default; of the spellings one each is enough.
      error: APPROACHES.join(', '),
    })
    .default(DEFAULTS.approach)
    .describe(`How a new version replaces the old one: ${STRATEGIES.map((s) => `${s.name}: ${s.summary}`).join('. ')}`),
  bake: duration(0)
    .default(DEFAULTS.bake)
    .describe(
      'After the last stage: how long the operation keeps watching, and rolls back automatically on a breach; a promote ends it',
    ),
  maxParallel: maxParallel().meta({
    defaultText: `\`${DEFAULTS.maxParallel}\``,
    description: 'Instances changed at the same time; the first batch is one',
  }),
  batchSize: maxParallel().meta({ defaultText: '`maxParallel`', description: 'Another name for `maxParallel`' }),
  steps: z
    .array(step, { error: 'a list of steps' })
    .min(1, { error: 'at least one step' })
    .max(100, { error: 'a hundred steps at most' })
    .default([...DEFAULTS.steps])
    .describe('canary: percent of the traffic, ascending; 100 follows when it is not the last'),
  instances: z
    .union([whole(1, 1_000), z.literal('share')], { error: "a number from 1 to 1000, or 'share'" })
    .default(DEFAULTS.canaries)
    .describe("canary: how many of each resource; `share`: as many of its instances as the step's share asks for"),
  analysis: analysis.optional().describe('canary and bake: how the new version is judged'),
  keep: duration(0).default(DEFAULTS.keep).describe('blueGreen: how long the old set stays for an instant switch back'),
  drain: duration(0)
    .default(DEFAULTS.drain)
    .describe('Time that requests in flight get after an instance has left the edge'),
  hostTimeout: duration()
    .default(DEFAULTS.hostTimeout)
    .describe('How long a host may be unreachable before a step on it fails; time without a worker does not count'),
  progressDeadline: duration().optional().meta({
    defaultText: '`10m`, or as long as the deadlines of all batches add up to',
    description: 'Time for the whole operation, without pauses for people',
  }),
  healthcheck: healthcheck.optional().meta({
    defaultText: 'running is enough',
    description: 'For resources that deploy or expose something and have no check of their own',
  }),
  rollback: section({
    onFailure: z
      .enum(['automatic', 'hold'])
      .default(DEFAULTS.onFailure)
      .describe('automatic: back to one version everywhere; hold: stop and wait for a person'),
    snapshot: z
      .union([z.boolean(), z.enum(['auto', 'always', 'never'])], { error: "true, false, 'auto', 'always' or 'never'" })
      .default(DEFAULTS.snapshot)
      .describe(
        'Snapshot before an update. auto (or true): restored when the instance has taken no traffic since; always: restored all the same; never (or false): none is taken',
      ),
    keepSnapshots: whole(0, 1_000).default(DEFAULTS.keepSnapshots).describe('Snapshots kept for each instance'),
  })
    .optional()
    .describe('What happens when an update fails'),
})
