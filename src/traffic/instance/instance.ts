import { setTimeout as sleep } from 'node:timers/promises'
import { Cul8erError, type ErrorCode } from '../../errors.js'
import type { HostExecutor } from '../../hosts/executor.js'
import { addDevice, deleteInstance, launchInstance, removeDevice, startInstance } from '../../incus/index.js'
import { lookAt } from '../../instances/look.js'
import { labelsToConfig } from '../../plan/labels.js'
import type { ObservedInstance } from '../../plan/model.js'
import { accepts, findDirect } from './direct.js'
import { anywhere, deviceChanges, directDevices, type Direct } from './direct-devices.js'
import { imageFingerprint } from './image.js'

export interface EdgeInstanceOptions {
  executor: HostExecutor
  name: string
  image: string
}

/** The Incus instance that an edge runs in, and the public ports on it. */
export class EdgeInstance {
  /** Whether it was seen, and was ours: nothing is executed in what may be somebody else's. */
  isKnown = false
  private isDirect = true

  constructor(private readonly options: EdgeInstanceOptions) {}

  /** null: there is none. @throws Cul8erError NAME_CLASH when the instance of that name is not ours */
  async look(): Promise<ObservedInstance | null> {
    const { executor, name } = this.options
    const found = await lookAt(executor, { host: executor.host, name, project: null })
    if (found !== null && found.labels?.role !== 'edge') {
      throw new Cul8erError('NAME_CLASH', `${executor.host} has an instance '${name}' that is not cul8er's`, {
        hint: `cul8er keeps its load balancer under that name: rename yours with \`incus rename ${name} NEW-NAME\``,
      })
    }
    this.isKnown = found !== null
    return found
  }

  /** Makes it exist and run. */
  async ensure(seen: ObservedInstance | null): Promise<void> {
    const { executor, name, image } = this.options
    if (seen === null) {
      const fingerprint = (await imageFingerprint(executor, image)) ?? ''
      const config = { ...AUTOSTART, ...edgeLabels(image, fingerprint) }
      await tolerate(['ALREADY_EXISTS'], executor.run(launchInstance({ name, image, config })))
      // Somebody else may have made it a moment ago and be about to start it.
      seen = await this.look()
    }
    if (seen?.status !== 'Running') await tolerate(['ALREADY_EXISTS'], executor.run(startInstance(name)))
  }

  async delete(): Promise<void> {
    await tolerate(['NOT_FOUND'], this.options.executor.run(deleteInstance(this.options.name, { force: true })))
  }

  /**
   * Opens the public ports that are not open yet.
   * @returns the view with them
   * @throws Cul8erError PORT_TAKEN when another program of the host has a port
   */
  async openPorts(seen: ObservedInstance, ports: readonly number[]): Promise<ObservedInstance> {
    const missing = ports.map((port) => ({ port, device: anywhere(port) })).filter(({ port }) => !isOpen(seen, port))
    for (const { device, port } of missing) await this.open(device, port)
    return { ...seen, devices: { ...seen.devices, ...Object.fromEntries(missing.map(({ device }) => [device, {}])) } }
  }

  /**
   * How the kernel can send connections on to the edge, found out once HAProxy runs; null: not at all. What Incus refuses once is not
   * asked again by this process.
   */
  async direct(): Promise<Direct | null> {
    if (!this.isDirect) return null
    const seen = await this.withAddress()
    if (seen === null) return null
    const direct = await findDirect(this.options.executor, seen)
    this.isDirect = direct !== null
    return direct
  }

  /**
   * Removes public ports that are none of these, and opens the direct way to these. HAProxy must be listening there. Without
   * a direct device, or while it is being replaced, the one that listens anywhere takes what comes.
   * @returns whether one was removed
   */
  async settlePorts(seen: ObservedInstance, ports: readonly number[], direct: Direct | null): Promise<boolean> {
    const { executor, name } = this.options
    const devices = directDevices(ports, direct)
    const { remove, add } = deviceChanges(seen.devices, ports, devices)
    for (const device of remove) await tolerate(['NOT_FOUND'], executor.run(removeDevice(name, device)))
    for (const device of add) await accepts(executor, addDevice(name, device, devices[device] ?? {}))
    return remove.length > 0
  }

  /** One that has just been started gets its address in the time of a few looks; null: it gets none. */
  private async withAddress(): Promise<ObservedInstance | null> {
    for (let left = ADDRESS_LOOKS; left > 0; left -= 1) {
      const seen = await this.look()
      if (seen === null || seen.addresses.length > 0) return seen
      await sleep(100)
    }
    return null
  }

  private async open(device: string, port: number): Promise<void> {
    const { executor, name } = this.options
    const add = (address: string) =>
      executor.run(
        addDevice(name, device, { ...PROXY, listen: `tcp:${address}:${port}`, connect: `tcp:127.0.0.1:${port}` }),
      )
    try {
      await tolerate(
        ['ALREADY_EXISTS'],
        add('[::]').catch((error: unknown) => {
          // A host whose kernel has no IPv6.
          if (
            error instanceof Cul8erError &&
            /address family not supported|cannot assign requested/i.test(error.message)
          )
            return add('0.0.0.0')
          throw error
        }),
      )
    } catch (error) {
      if (!(error instanceof Cul8erError) || error.code !== 'IN_USE') throw error
      // An earlier attempt of ours, of which nothing was heard, may be the one that has it.
      const now = await this.look()
      if (now !== null && isOpen(now, port)) return
      throw new Cul8erError('PORT_TAKEN', `port ${port} of ${executor.host} is in use by another program`, {
        hint: `stop that program, or choose another public port (\`as\`); \`ss -ltnp sport = :${port}\` on the host names it`,
        details: { port, host: executor.host },
        cause: error,
      })
    }
  }
}

const ADDRESS_LOOKS = 20

/** Whether the edge has the public port. */
export const isOpen = ({ devices }: Pick<ObservedInstance, 'devices'>, port: number): boolean =>
  anywhere(port) in devices

// The PROXY protocol carries the client's address to HAProxy; a direct device keeps it, but does not answer on loopback.
const PROXY = { type: 'proxy', proxy_protocol: 'true' }

/** Identity of an edge; its digest is the fingerprint of the image that its programs are from. */
export const edgeLabels = (image: string, fingerprint: string): Record<string, string> =>
  labelsToConfig({
    topology: 'cul8er',
    resource: 'edge',
    index: null,
    color: '',
    revision: 0,
    digest: fingerprint,
    operation: '',
    image,
    release: null,
    role: 'edge',
    secrets: {},
  })

// It starts before what it serves.
const AUTOSTART = { 'boot.autostart': 'true', 'boot.autostart.priority': '100' }

async function tolerate(codes: readonly ErrorCode[], running: Promise<unknown>): Promise<void> {
  await running.catch((error: unknown) => {
    if (!(error instanceof Cul8erError) || !codes.includes(error.code)) throw error
  })
}
