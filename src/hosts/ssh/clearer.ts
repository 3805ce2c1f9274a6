import { Cul8erError } from '../../errors.js'
import { WITHOUT_INCUS } from '../../incus/errors.js'

/** Says of what Incus's client refuses on a host what its login lacks there. */
export function clearer({ name, address }: { name: string; address: string }): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Cul8erError)) throw error
    const { code, message, details } = error
    if (NOT_INSTALLED.test(message)) {
      throw new Cul8erError('UNREACHABLE', `incus is not installed on host ${name}`, {
        hint: `install Incus there, for the login ${address}`,
        details: { ...details, ...WITHOUT_INCUS, host: name },
      })
    }
    if (code !== 'PERMISSION' || !MAY_NOT.test(message)) throw error
    throw new Cul8erError('PERMISSION', `host ${name}: the login ${address} may not use Incus: ${message}`, {
      hint: `run \`sudo usermod -aG incus-admin USER\` there for the user of the login, or log in as root`,
      details: { ...details, host: name },
    })
  }
}

/** GNU's env and that of busybox; cul8er runs nothing else by it. */
const NOT_INSTALLED = /^env: .*\bincus\b.*: No such file or directory/
const MAY_NOT = /You don't have the needed permissions|permission denied/i
