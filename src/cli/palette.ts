import picocolors from 'picocolors'
import type { Output } from './output.js'

export type Palette = ReturnType<typeof picocolors.createColors>

/** Colors for a terminal that takes them; `NO_COLOR` (no-color.org) and `TERM=dumb` turn them off. */
export function palette({ isTTY }: Pick<Output, 'isTTY'>, env: NodeJS.ProcessEnv): Palette {
  return picocolors.createColors(isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb')
}
