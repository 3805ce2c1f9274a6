import { EMPTY_INSTANCE_MIB } from '../state.js'
import type { InstanceState } from '../model.js'
import { Refusal, text } from '../texts.js'
import type { CarryOut } from './carry-out.js'

export const createSnapshot: CarryOut = (host, words) => {
  const [name = '', snapshot = `snap${Date.now()}`] = words.operands
  const instance = host.find(name, words.project)
  if (snapshot.includes('/')) throw new Refusal(text.badSnapshotName)
  if (snapshot.includes(' ')) throw new Refusal(text.badSnapshotSpace(snapshot))
  if (instance.snapshots.some((s) => s.name === snapshot)) throw new Refusal(text.snapshotExists(snapshot))
  // A snapshot takes next to nothing, but a full pool has not even that.
  host.claimSpace(EMPTY_INSTANCE_MIB / 100, text.noSpace(name))
  const { config, devices, data } = structuredClone(instance)
  instance.snapshots.push({ name: snapshot, createdAt: new Date().toISOString(), config, devices, data })
}

export const restoreSnapshot: CarryOut = async (host, words) => {
  const instance = host.find(words.operands[0] ?? '', words.project)
  bringBack(instance, words.operands[1] ?? '')
  if (instance.status === 'Running') await host.settle(instance, { fresh: true })
}

/** As after "In use": the data is back, the instance is down. */
export const restoreHalf: CarryOut = async (host, words) => {
  const instance = host.find(words.operands[0] ?? '', words.project)
  bringBack(instance, words.operands[1] ?? '')
  instance.status = 'Stopped'
  await host.settle(instance, { fresh: false })
}

export const deleteSnapshot: CarryOut = (host, words) => {
  const [name = '', snapshot = ''] = words.operands
  const instance = host.find(name, words.project)
  if (!instance.snapshots.some((s) => s.name === snapshot)) {
    throw new Refusal(text.noSnapshot(name, snapshot, words.project))
  }
  instance.snapshots = instance.snapshots.filter((s) => s.name !== snapshot)
}

function bringBack(instance: InstanceState, snapshot: string): void {
  const found = instance.snapshots.find((s) => s.name === snapshot)
  if (found === undefined) throw new Refusal(text.noSnapshotToRestore(instance.name, snapshot))
  const { config, devices, data } = structuredClone(found)
  Object.assign(instance, { config, devices, data })
}
