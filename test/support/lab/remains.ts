import { existsSync } from 'node:fs'
import { processesOf } from '../processes.js'
import { LABS } from './layout.js'
import { run } from './run.js'

/** What there is of a lab on this machine, by its name alone; one that is down has nothing. */
export async function remainsOf(name: string): Promise<string[]> {
  const folder = `${LABS}/${name}`
  const lines = async (file: string, args: string[], holds: string): Promise<string[]> =>
    (await run(file, args)).split('\n').filter((line) => line.includes(holds))
  return [
    ...(existsSync(folder) ? [folder] : []),
    ...processesOf(`${folder}/`),
    ...(await lines('ip', ['-brief', 'link'], `lb-${name}`)),
    ...(await lines('ip', ['netns', 'list'], `lab-${name}-`)),
    ...(await lines('nft', ['list', 'tables'], `lab_${name}`)),
    ...(await lines('losetup', ['--list'], `${folder}/`)),
    ...(await lines('cat', ['/proc/self/mounts'], `${folder}/`)),
    ...(await lines('find', ['/sys/fs/cgroup', '-type', 'd', '-name', `lab-${name}-*`], name)),
  ]
}
