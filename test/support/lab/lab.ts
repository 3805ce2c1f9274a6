import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabHost } from './host.js'
import { imageFiles } from './images.js'
import { setUpIncus } from './incus.js'
import { keyOf, makeKey, setUpSsh } from './keys.js'
import { layoutOf, type Layout } from './layout.js'
import { layLan } from './network.js'
import { planOf, type LabOptions } from './options.js'
import { deadLabs, record } from './record.js'
import { removeLab } from './remove.js'
import { giveNetBack, takeNet } from './subnets.js'

/**
 * Real Incus hosts on this one machine, for tests: each is a set of namespaces with an incusd and an sshd of its own, plugged into a
 * network that this machine is on too. Needs root (see `canRunLab`).
 */
export class Lab {
  private constructor(
    private readonly layout: Layout,
    readonly hosts: readonly LabHost[],
    /** How long it took to come up. */
    readonly tookMs: number,
  ) {}

  /** Removes what labs left whose process died, then brings this one up. @throws Error when one of its name is up */
  static async up(options: LabOptions): Promise<Lab> {
    const began = performance.now()
    const plan = planOf(options)
    for (const dead of await deadLabs()) await removeLab(dead)
    const images = await imageFiles(plan.images)
    const net = await takeNet()
    const layout = layoutOf(plan, net)
    try {
      await record(layout)
    } catch (error) {
      await giveNetBack(net)
      throw error
    }
    try {
      await layLan(layout)
      await makeKey(keyOf(layout))
      const hosts = await Promise.all(
        layout.hosts.map(async (each) => {
          const key = keyOf(layout)
          const host = new LabHost({ layout, plan }, each, key, await setUpSsh(each, key))
          await host.boot()
          await setUpIncus(each, plan, images)
          return host
        }),
      )
      await writeFile(knownHostsOf(layout), hosts.map(({ knownHosts }) => knownHosts).join(''))
      return new Lab(layout, hosts, performance.now() - began)
    } catch (error) {
      await removeLab(layout)
      throw error
    }
  }

  /** For files of a test's own: it goes with the lab. */
  get folder(): string {
    return this.layout.folder
  }

  /** This machine's address in the lab. */
  get address(): string {
    return this.layout.address
  }

  /** Path of a known_hosts file with every host. */
  get knownHostsFile(): string {
    return knownHostsOf(this.layout)
  }

  /** Removes all of it. Twice is harmless. */
  down(): Promise<void> {
    return removeLab(this.layout)
  }
}

const knownHostsOf = ({ folder }: Layout): string => join(folder, 'known_hosts')
