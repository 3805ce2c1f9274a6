import { cpus, loadavg, totalmem } from 'node:os'
import { execa } from 'execa'

/** What a reader must know of the machine to judge numbers of it. */
export async function machineFacts(): Promise<string> {
  const [model] = cpus()
  const { stdout } = await execa('incus', ['version'], { stdin: 'ignore' })
  const storage = await execa('incus', ['storage', 'list', '-f', 'csv', '-c', 'nd'], { stdin: 'ignore' })
  return [
    `${cpus().length} cores (${model?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Node ${process.versions.node}`,
    `Incus ${/Server version: (\S+)/.exec(stdout)?.[1] ?? 'unknown'}, storage ${storage.stdout.replaceAll('\n', ' ')}`,
    `load average at start ${loadNow()}`,
  ].join('; ')
}

export const loadNow = (): string =>
  loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')
