import type { Lane, Place, Stage, Step } from '../contracts/index.js'
import { instanceName } from '../naming/instance-names.js'
import { triedOf } from '../plan/shares.js'
import type { PlannedChange } from '../plan/planned-change.js'
import { made, placeOf, leaving } from './lanes.js'
import { rolled } from './rolling.js'
import type { Settings, Strategy } from './strategy.js'

/**
 * Some instances of the new version take a growing share of the traffic, watched all the time. After the last step the stable
 * instances are updated in place, one batch after another, and the canaries go.
 */
export const canary: Strategy<'canary'> = {
  name: 'canary',
  summary: 'one new instance takes a growing share of the traffic, watched',
  aliases: [],
  rollsBackBy: 'rolling',
  waitsMs: ({ pausesMs }) => pausesMs,
  outline(changes, settings) {
    const tried = triedOf(settings.revision, changes)
    const resources = [...new Set(tried.map(({ resource }) => resource))]
    // New replicas of a resource on trial would serve the new version at full weight: they come after the trial.
    const after = changes.filter((w) => tried.includes(w) || (w.action === 'create' && resources.includes(w.resource)))
    const others = rolled(
      changes.filter((w) => !after.includes(w)),
      settings,
    )
    if (tried.length === 0) return others
    const { strategy } = settings.revision.topology
    const steps = strategy.steps.filter(({ weight }) => weight < 100)
    const wanted = steps.map(({ weight }) => canariesFor(tried, weight, settings))
    const stages = steps.flatMap((step, i): Stage[] => {
      const before = wanted[i - 1] ?? []
      const more = (wanted[i] ?? []).filter((at) => !before.some(({ name }) => name === at.name))
      return [
        ...(more.length === 0 ? [] : [{ name: 'bring up the canary', lanes: more.map(comeUp) }]),
        {
          name: `canary at ${step.weight} %`,
          lanes: [
            {
              steps: [
                { kind: 'weights', percent: step.weight, resources },
                {
                  kind: 'watch',
                  watch: {
                    purpose: 'canary',
                    resources,
                    weight: step.weight,
                    forMs: step.pause,
                    analysis: step.analysis,
                  },
                },
              ],
            },
          ],
        },
      ]
    })
    // Without a step below 100 % there is still one look at a canary before the rest.
    const canaries = wanted.at(-1) ?? canariesFor(tried, 0, settings)
    const first: Stage[] = steps.length === 0 ? [{ name: 'bring up the canary', lanes: canaries.map(comeUp) }] : []
    const rest = rolled(after, settings)
    const shared = strategy.canaries === 'share'
    return {
      stages: [
        ...others.stages,
        ...first,
        ...stages,
        ...(shared ? rest.stages.map((stage) => withoutItsCanary(stage, leavingWith(after, canaries))) : rest.stages),
        { name: 'withdraw the canary', lanes: [{ steps: [{ kind: 'weights', percent: 0, resources }] }] },
      ],
      gone: [...others.gone, ...rest.gone, ...(shared ? [] : canaries)],
      standby: [],
    }
  },
}

/** The canaries at a share: a fixed number of each resource, or as many of its instances as the share asks for. */
function canariesFor(tried: readonly PlannedChange[], percent: number, { revision }: Settings): Place[] {
  const { canaries } = revision.topology.strategy
  return [...new Set(tried.map(({ resource }) => resource))].flatMap((resource) => {
    const own = tried.filter((w) => w.resource === resource)
    const count = canaries === 'share' ? Math.ceil((own.length * percent) / 100) : canaries
    return own.slice(0, Math.max(1, count)).map((change) => canaryOf(revision.topology.name, change))
  })
}

const canaryOf = (topology: string, change: PlannedChange): Place => ({
  ...placeOf(change),
  name: instanceName(topology, change.resource, change.index, 'canary'),
  color: 'canary',
})

function comeUp(at: Place): Lane {
  const steps: Step[] = [...made(at, 'canary'), { kind: 'admit', at, weight: 0 }]
  // It is neither what was before nor what comes after: held, it is named.
  return { instance: at.name, host: at.host, steps, staysDirty: true }
}

/** The canary of a place, by the name of the instance that takes the place for good. */
const leavingWith = (changes: readonly PlannedChange[], canaries: readonly Place[]): Map<string, Place> =>
  new Map(
    changes.flatMap(({ instance, resource, index }): [string, Place][] => {
      const own = canaries.find((at) => at.resource === resource && at.index === index)
      return own === undefined ? [] : [[instance, own]]
    }),
  )

/** `share`: a canary has done its part when the stable instance of its place is updated. */
const withoutItsCanary = (stage: Stage, canaries: ReadonlyMap<string, Place>): Stage => ({
  ...stage,
  lanes: stage.lanes.map((lane) => {
    const own = canaries.get(lane.instance ?? '')
    return own === undefined ? lane : { ...lane, steps: [...lane.steps, ...leaving(own)] }
  }),
})
