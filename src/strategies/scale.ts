import { rolled } from './rolling.js'
import type { Strategy } from './strategy.js'

/** At a time: more would have an image unpacked, and every app started, at the same moment. */
const AT_ONCE = 10

/** More or fewer instances: new ones side by side, for load does not wait; those that go, as the strategy says. No topology names it. */
export const scale: Strategy<'scale'> = {
  name: 'scale',
  summary: 'instances are added side by side, or removed batch after batch',
  aliases: [],
  outline: (changes, settings) =>
    changes.every(({ action }) => action === 'create')
      ? rolled(changes, settings, { maxParallel: AT_ONCE })
      : rolled(changes, settings),
}
