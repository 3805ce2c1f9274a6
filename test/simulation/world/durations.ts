import type { Activities } from '../../../src/contracts/index.js'
import type { Input } from './acts.js'
import { seesChangeIn } from './host-watch.js'
import type { World } from './world.js'

type Durations = { [Name in keyof Activities]?: (input: Input<Name>, draw: number, world: World) => number }

/** How long activities take, ms, where it is not a moment; `draw` is from 0 to 1. */
export const DURATIONS: Durations = {
  ensureInstance: (_input, draw) => 500 + 20_000 * draw ** 3,
  installRelease: (_input, draw) => 500 + 20_000 * draw ** 3,
  stopInstance: ({ timeoutMs }, draw) => (draw < 0.1 ? timeoutMs : 1_000 * draw),
  waitDrained: ({ deadlineMs }, draw) => (draw < 0.1 ? deadlineMs : draw * Math.min(deadlineMs, 3_000)),
  waitUntilHealthy: ({ spec, host }, draw, world) => {
    const { minHealthyMs, deadlineMs } = spec.healthcheck ?? { minHealthyMs: 0, deadlineMs: 60_000 }
    const instance = world.find({ host, name: spec.name })
    const isHealthy = instance !== null && world.isHealthy(instance)
    return isHealthy ? minHealthyMs + 2_000 * draw : deadlineMs
  },
  watchHosts: (input, draw, world) => seesChangeIn(input, world) + 1_000 * draw,
  replicate: (_input, draw) => 200 + 8_000 * draw ** 2,
  copyToHost: (_input, draw) => 500 + 20_000 * draw ** 2,
  runHook: ({ timeoutMs }, draw) => (draw < 0.1 ? timeoutMs : 5_000 * draw),
  analyse: ({ forMs, untilData }, draw) => (untilData === true ? draw * forMs : draw < 0.15 ? forMs * draw : forMs),
}

/** Of all others. Few values: what takes equally long ends together. */
export const aMoment = (draw: number): number => [0, 50, 50, 200, 1_000][Math.floor(draw * 5)]!
