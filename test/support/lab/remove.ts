import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { becomes } from '../../../src/waiting/poll.js'
import { killAll, removeGroups } from './cgroups.js'
import type { Layout } from './layout.js'
import { removeLan, unplug } from './network.js'
import { run } from './run.js'
import { giveNetBack } from './subnets.js'

/** Removes whatever is there of a lab, whether it was up, half up or half gone. */
export async function removeLab(layout: Layout): Promise<void> {
  const { folder, hosts, net } = layout
  await Promise.all(
    hosts.map(async (host) => {
      await killAll(host.groups)
      await unplug(layout, host)
      await removeGroups(host.groups)
      await detach(host.folder)
    }),
  )
  await removeLan(layout)
  await giveNetBack(net)
  await rm(folder, { recursive: true, force: true })
}

/** A pool's loop device goes with the last mount of it, a moment after the last process that saw it. */
async function detach(folder: string): Promise<void> {
  const isGone = await becomes(
    async () => !(await run('losetup', ['--list', '--noheadings'])).includes(join(folder, '/')),
    {
      everyMs: 50,
      withinMs: 10_000,
    },
  )
  if (!isGone) throw new Error(`a loop device of ${folder} stays`)
}
