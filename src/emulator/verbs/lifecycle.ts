import type { EmulatedHost } from '../host.js'
import type { InstanceState } from '../model.js'
import { Refusal, text } from '../texts.js'
import { expandedDevices } from '../profile.js'
import type { CarryOut } from './carry-out.js'

export const start: CarryOut = async (host, words) => {
  const instance = host.find(words.operands[0] ?? '', words.project)
  if (instance.status === 'Running') throw new Refusal(text.running)
  checkPorts(host, instance)
  instance.status = 'Running'
  await host.settle(instance, { fresh: true })
}

export const stop: CarryOut = async (host, words) => {
  const instance = host.find(words.operands[0] ?? '', words.project)
  if (instance.status !== 'Running') throw new Refusal(text.stopped)
  instance.status = 'Stopped'
  await host.settle(instance, { fresh: false })
}

export const stopIfRunning: CarryOut = async (host, words, input) => {
  if (host.find(words.operands[0] ?? '', words.project).status === 'Running') await stop(host, words, input)
}

/** @throws Refusal when a proxy device of the instance wants a port that another one has */
export function checkPorts(host: EmulatedHost, instance: InstanceState): void {
  const taken = new Set(
    Object.values(host.state.instances)
      .filter((other) => other !== instance && other.status === 'Running')
      .flatMap((other) => listens(other).map(([, listen]) => listen)),
  )
  for (const [device, listen] of listens(instance)) {
    if (taken.has(listen)) throw new Refusal(text.portTaken(device, listen.replace(/^tcp:/, '')))
    taken.add(listen)
  }
}

const listens = (instance: InstanceState): [string, string][] =>
  Object.entries(expandedDevices(instance)).flatMap(([device, { type, listen }]) =>
    type === 'proxy' && listen !== undefined ? [[device, listen]] : [],
  )
