import type { DryStep } from '../contracts/inspect.js'
import { setConfig, type IncusCommand } from '../incus/index.js'
import { LABEL_PREFIX } from '../plan/labels.js'
import type { Role } from '../plan/model.js'

interface Place {
  name: string
  host: string
}

/** A command of a step. */
export const line = ({ name, host }: Place, step: string, { args, stdin, stdinLabel }: IncusCommand): DryStep => ({
  instance: name,
  host,
  step,
  args,
  ...(stdin === undefined ? {} : { stdin: stdinLabel ?? 'a document' }),
})

/** A step without a command of its own. */
export const says = ({ name, host }: Place, step: string, words = ''): DryStep => ({
  instance: name,
  host,
  step: words === '' ? step : `${step}: ${words}`,
  args: null,
})

/** An instance gets another role. */
export const roleLine = (
  at: Place,
  project: string | null,
  step: string,
  { role, autostart }: { role: Role; autostart?: string },
): DryStep => {
  const config = {
    [`${LABEL_PREFIX}role`]: role,
    ...(autostart === undefined ? {} : { 'boot.autostart': autostart }),
  }
  return line(at, step, setConfig(at.name, config, { project }))
}
