import type { Activities } from '../src/contracts/index.js'
import { Cul8erError } from '../src/errors.js'
import type { HostExecutor } from '../src/hosts/executor.js'
import { exportImage, imageOn, importImage, nameImage } from '../src/images/transfer.js'
import { sizeWords } from '../src/topology/units.js'
import { createTurns } from '../src/waiting/turns.js'
import type { ActivityDeps } from './deps.js'
import { step } from './step.js'

/** Copying images between hosts, over the worker's own connections to them. */
export function imageActivities(deps: ActivityDeps): Pick<Activities, 'copyImage'> {
  // Two operations at once ask for the same image of the same host.
  const turns = createTurns()
  return {
    copyImage: step(({ host, via, copy, from }, signal, memory) => {
      const to = able(deps.executorFor(host, via))
      const { image: alias, fingerprint, project, properties, sizeBytes } = copy
      const wanted = { alias, fingerprint, project }
      const progress = (verb: string) => (bytes: number) =>
        memory.says({ words: `${verb} ${mib(bytes)} of ${mib(sizeBytes)}` })
      return turns(JSON.stringify([host, via.address, fingerprint]), async () => {
        signal.throwIfAborted()
        const there = await imageOn(to, wanted, signal)
        if (there === 'named') return { copied: false }
        if (there === 'missing') {
          const source = able(deps.executorFor(from.host, from.via))
          const file = await deps.images.take({ fingerprint, sizeBytes }, () =>
            exportImage(source, fingerprint, { signal, onBytes: progress('received') }),
          )
          await importImage(to, { fingerprint, file, project, properties }, { signal, onBytes: progress('sent') })
        }
        await nameImage(to, wanted, signal)
        return { copied: true }
      })
    }),
  }
}

const mib = (bytes: number): string => sizeWords(Math.round(bytes / (1024 * 1024)))

/** @throws Cul8erError NOT_SUPPORTED_YET for a kind of host that images cannot be copied to or from */
function able(executor: HostExecutor): Pick<HostExecutor, 'host' | 'run'> & Required<Pick<HostExecutor, 'request'>> {
  const { host, request } = executor
  if (request !== undefined) return { host, request, run: (command, options) => executor.run(command, options) }
  throw new Cul8erError('NOT_SUPPORTED_YET', `images cannot be copied to or from host ${executor.host}`)
}
