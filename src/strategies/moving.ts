import { strategyFor } from './registry.js'
import type { Strategy } from './strategy.js'
import { withData } from './with-data.js'

/**
 * What is as declared moves: by the strategy of the topology, where that tries out a new version by the one it goes back by, for this one
 * has proved itself. What it moved away from is not kept for a switch back. What holds data comes last, and is not begun anywhere else.
 * No topology names it, for it is an operation's.
 */
export const moving: Strategy<'moving'> = {
  name: 'moving',
  summary: 'what moves comes up elsewhere first',
  aliases: [],
  outline(changes, settings) {
    const { approach } = settings.revision.topology.strategy
    const { stages, gone, standby } = strategyFor(approach, { goesBack: true }).outline(
      changes.filter(({ action }) => action !== 'move'),
      settings,
    )
    const { copies, moves } = withData(changes)
    return { stages: [...copies, ...stages, ...moves], gone: [...gone, ...standby], standby: [] }
  },
}
