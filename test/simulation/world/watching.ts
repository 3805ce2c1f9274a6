import { Cul8erError } from '../../../src/errors.js'
import type { AnalysisInput } from '../../../src/contracts/index.js'
import type { Verdict } from '../../../src/traffic/analysis.js'
import type { Acts, Scene } from './acts.js'
import type { InstanceState } from './model.js'

/** Health and canaries. */
export const watchingActs: Pick<Acts, 'waitUntilHealthy' | 'confirmHealthy' | 'analyse'> = {
  waitUntilHealthy: ({ spec, host }, { world }) => {
    world.reach(host)
    const found = world.mustFind({ host, name: spec.name })
    mustBeHealthy(found, world, spec.healthcheck !== null)
    found.usedInside = spec.expose.length === 0
    return {
      address: found.addresses[0] ?? null,
      report: { healthy: true, successes: 1, failures: 0, errors: 0, last: null, waitedMs: 0 },
    }
  },

  confirmHealthy: ({ instances, host }, { world }) => {
    world.reach(host)
    for (const { spec } of instances) {
      mustBeHealthy(world.mustFind({ host, name: spec.name }), world, spec.healthcheck !== null)
    }
  },

  analyse: (input, scene) => {
    const verdict = look(input, scene)
    scene.world.tell({ kind: 'looked', by: scene.by, verdict: verdict.verdict })
    return verdict
  },
}

function look({ watched, probed, host, untilData }: AnalysisInput, { world, random, canary }: Scene): Verdict {
  const names = new Set([...watched, ...probed.map(({ spec }) => spec.name)])
  const found = [...names].map((name) => world.find({ host, name }))
  if (found.some((instance) => instance !== null && !world.isHealthy(instance))) {
    return { verdict: 'breach', reasons: ['3 health probes failed in a row'] }
  }
  if (random.chance(canary.breach)) return { verdict: 'breach', reasons: ['9 of 10 requests failed'] }
  const isBlind = found.includes(null) || (untilData !== true && random.chance(canary.noData))
  return isBlind ? { verdict: 'noData', reasons: ['the edge returns no metrics'] } : { verdict: 'pass' }
}

/** What is not probed is healthy when it runs. */
function mustBeHealthy(instance: InstanceState, world: Scene['world'], isProbed: boolean): void {
  if (isProbed ? world.isHealthy(instance) : instance.status === 'Running') return
  throw new Cul8erError('UNHEALTHY', `${instance.name} is not healthy`)
}
