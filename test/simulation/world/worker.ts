import type { Cul8erError } from '../../../src/errors.js'
import { PERMANENT } from '../../../src/errors.js'
import { isLastAttempt, type Activities as Contract } from '../../../src/contracts/index.js'
import { randomFor } from '../random.js'
import type { Activities } from '../server/activity.js'
import type { Acts, CanaryChances, Scene } from './acts.js'
import { aMoment, DURATIONS } from './durations.js'
import { copyActs } from './copies.js'
import { hookActs } from './hooks.js'
import { hostWatchActs } from './host-watch.js'
import { instanceActs } from './instances.js'
import { ledgerActs } from './ledgers.js'
import { planningActs } from './planning.js'
import type * as Pure from './pure.js'
import { trafficActs } from './traffic.js'
import { watchingActs } from './watching.js'
import type { World } from './world.js'

const ACTS: Acts = {
  ...{ ...planningActs, ...instanceActs, ...watchingActs, ...trafficActs },
  ...{ ...copyActs, ...hostWatchActs, ...ledgerActs, ...hookActs },
}

export const ACTIVITY_NAMES = Object.keys(ACTS) as (keyof Contract)[]

/** The activities of the contract, acting on a world. */
export function workerOf(
  world: World,
  { seed, pure, canary }: { seed: number; pure: typeof Pure; canary: CanaryChances },
): Activities {
  const occasions = new Map<string, number>()
  const known = (type: string): keyof Contract => {
    const name = ACTIVITY_NAMES.find((each) => each === type)
    if (name === undefined) throw new Error(`the world has no activity ${type}`)
    return name
  }
  return {
    names: ACTIVITY_NAMES,
    target: (_type, input) => targetOf(input),
    duration: (type, input, draw) => {
      const duration = DURATIONS[known(type)] as ((input: unknown, draw: number, world: World) => number) | undefined
      return Math.max(0, duration === undefined ? aMoment(draw) : duration(input, draw, world))
    },
    run: (type, input, { workflowId: by, since }) => {
      world.letWrite()
      const occasion = `${type} ${targetOf(input)}`
      occasions.set(occasion, (occasions.get(occasion) ?? 0) + 1)
      const random = randomFor(seed, occasion, occasions.get(occasion)!)
      const act = ACTS[known(type)] as (input: unknown, scene: Scene) => unknown
      const scene = { world, by, since, pure, random, canary }
      const cut = cutOffMeanwhile(world, input, since)
      // It was on its way when the network broke: half of the time it is carried out, and nobody hears of it.
      if (cut !== null && random.chance(0.5)) world.despite(cut, () => act(input ?? {}, scene))
      return act(input ?? {}, scene)
    },
    explain: (error, attempt) => {
      // An error of code that was compiled apart is of another class of the same name.
      if (!(error instanceof Error) || error.name !== 'Cul8erError') return null
      const { code, message } = error as Cul8erError
      const nonRetryable = PERMANENT.has(code) || isLastAttempt({ code, ...attempt })
      return { type: code, message, nonRetryable, details: [(error as Cul8erError).toJSON()] }
    },
  }
}

/** The host that an attempt is about, where it was reached and is cut off by now. */
function cutOffMeanwhile(world: World, input: unknown, since: number): string | null {
  const { host } = (input ?? {}) as { host?: string }
  const outage = host === undefined ? undefined : world.outages.get(host)
  return host !== undefined && outage?.kind === 'network' && outage.since > since ? host : null
}

function targetOf(input: unknown): string {
  const { spec, name, host } = (input ?? {}) as { spec?: { name: string }; name?: string; host?: string }
  return spec?.name ?? name ?? host ?? ''
}
