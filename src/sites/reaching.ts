import type { HostExecutor } from '../hosts/executor.js'
import type { Host } from '../topology/model.js'

type ExecutorFor = (name: string, host: Host) => HostExecutor

/**
 * The way to hosts from a site: to its own as they are declared, to others by the workers of theirs. Where there is a choice nobody is asked:
 * what one site's network calls 10.0.0.1 is another machine than what the other's does.
 */
export const reaching =
  (site: string | undefined, { here, elsewhere }: { here: ExecutorFor; elsewhere: ExecutorFor }): ExecutorFor =>
  (name, host) =>
    (host.site === site ? here : elsewhere)(name, host)
