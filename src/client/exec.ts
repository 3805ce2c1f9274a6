import { Cul8erError } from '../errors.js'
import { passThrough, type PassThrough } from '../hosts/pass-through.js'
import { execIn } from '../incus/exec.js'
import type { ReachedInstance } from './instances.js'

export interface ExecOptions extends Omit<PassThrough, 'local'> {
  /** Name or number of a user of the instance; absent: root. */
  user?: string
  /** Clear values: they are in the process list of the host. */
  env?: Record<string, string>
}

/**
 * Runs a command inside an instance, with the streams of this process.
 * @returns its exit code
 * @throws Cul8erError INCUS for an instance that does not run, USAGE for a user that it does not have
 */
export async function execInside(
  { name, project, status, isLocal, executor }: ReachedInstance,
  command: readonly string[],
  { user, env, ...streams }: ExecOptions,
): Promise<number> {
  if (status !== 'Running') {
    throw new Cul8erError('INCUS', `${name} is not running: ${status.toLowerCase()}`, {
      hint: 'cul8er status shows each instance',
    })
  }
  const id = async (flag: '-u' | '-g', of: string): Promise<number> => {
    const { exitCode, stdout } = await executor.tryRun(execIn(name, ['id', flag, of], { project }))
    const found = stdout.trim()
    if (exitCode === 0 && /^\d+$/.test(found)) return Number(found)
    throw new Cul8erError('USAGE', `${name} has no user ${of}`)
  }
  const as =
    user === undefined
      ? {}
      : /^\d+$/.test(user)
        ? { user: Number(user) }
        : { user: await id('-u', user), group: await id('-g', user) }
  return passThrough(executor, execIn(name, command, { project, env, ...as }), { local: isLocal, ...streams })
}
