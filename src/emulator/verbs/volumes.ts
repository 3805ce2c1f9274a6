import type { EmulatedHost } from '../host.js'
import type { VolumeState } from '../model.js'
import { Refusal, text } from '../texts.js'
import { pairs } from '../words.js'
import type { CarryOut } from './carry-out.js'
import { placed } from './placed.js'

const key = (project: string, pool: string, name: string): string => `${project}/${pool}/${name}`

const all = ({ state }: EmulatedHost): Record<string, VolumeState> => (state.volumes ??= {})

function find(
  host: EmulatedHost,
  project: string,
  [pool = '', name = '']: readonly string[],
  refusal: string,
): VolumeState {
  checkPool(host, pool)
  const found = all(host)[key(project, pool, name)]
  if (found === undefined) throw new Refusal(refusal)
  return found
}

function checkPool({ state }: EmulatedHost, pool: string): void {
  if (!(pool in state.pools)) throw new Refusal(text.noPool)
}

export const createVolume: CarryOut = (host, { project, operands }) => {
  const [pool = '', name = '', ...config] = operands
  checkPool(host, pool)
  if (key(project, pool, name) in all(host)) throw new Refusal(text.volumeExists)
  const createdAt = new Date().toISOString()
  all(host)[key(project, pool, name)] = { name, pool, project, config: pairs(config), createdAt, snapshots: [] }
  return `Storage volume ${name} created\n`
}

/** With its snapshots and its configuration; `--refresh` makes one that is there the same, but for its configuration. */
export const copyVolume: CarryOut = (host, { project, operands: [from = '', to = ''], has }) => {
  const [source, what] = placed(host, from)
  const [target, where] = placed(host, to)
  if (target !== host) throw new Error('a copy is asked of its target')
  const { config, snapshots } = find(source, project, what.split('/'), text.noVolume)
  const [pool = '', name = ''] = where.split('/')
  checkPool(host, pool)
  const there = all(host)[key(project, pool, name)]
  if (there !== undefined && !has('refresh')) throw new Refusal(text.volumeExists)
  const made = there ?? { name, pool, project, config, createdAt: new Date().toISOString(), snapshots: [] }
  all(host)[key(project, pool, name)] = structuredClone({ ...made, snapshots })
}

export const setVolume: CarryOut = (host, { project, operands }) => {
  const [, name = '', ...config] = operands
  const volume = find(host, project, operands, text.noVolumeToSet(name))
  volume.config = { ...volume.config, ...pairs(config) }
}

export const deleteVolume: CarryOut = (host, { project, operands }) => {
  const volume = find(host, project, operands, text.noVolume)
  if (usersOf(host, volume).length > 0) throw new Refusal(text.volumeInUse)
  delete all(host)[key(project, volume.pool, volume.name)]
  return `Storage volume ${volume.name} deleted\n`
}

export const createVolumeSnapshot: CarryOut = (host, { project, operands }) => {
  const volume = find(host, project, operands, text.noVolume)
  const name = operands[2] ?? ''
  if (volume.snapshots.some((s) => s.name === name)) throw new Refusal(text.volumeSnapshotExists(name))
  volume.snapshots.push({ name, createdAt: new Date().toISOString() })
}

export const restoreVolumeSnapshot: CarryOut = (host, { project, operands }) => {
  const volume = find(host, project, operands, text.noVolume)
  const name = operands[2] ?? ''
  if (usersOf(host, volume).some(({ status }) => status === 'Running')) throw new Refusal(text.volumeRestoreRunning)
  if (!volume.snapshots.some((s) => s.name === name)) throw new Refusal(`Snapshot ${name} not found`)
  volume.restored = name
}

export const deleteVolumeSnapshot: CarryOut = (host, { project, operands }) => {
  const volume = find(host, project, operands, text.noVolume)
  const name = operands[2] ?? ''
  if (!volume.snapshots.some((s) => s.name === name)) throw new Refusal(text.noVolume)
  volume.snapshots = volume.snapshots.filter((s) => s.name !== name)
}

/** Instances that have a volume, running or not. */
const usersOf = ({ state }: EmulatedHost, { name, pool, project }: VolumeState) =>
  Object.values(state.instances).filter(
    (instance) =>
      instance.project === project &&
      Object.values(instance.devices).some((d) => d.type === 'disk' && d.pool === pool && d.source === name),
  )

/** A disk of a pool needs its volume. @throws Refusal */
export function checkVolume(host: EmulatedHost, project: string, device: string, keys: Record<string, string>): void {
  const { type, pool = '', source = '' } = keys
  if (type !== 'disk' || pool === '' || source === '' || keys.path === '/') return
  if (!(key(project, pool, source) in all(host))) throw new Refusal(text.noVolumeToAttach(device))
}

/** What the REST API shows of one. @throws Refusal */
export const volumeShown = (host: EmulatedHost, project: string, pool: string, name: string): unknown =>
  rendered(host, find(host, project, [pool, name], text.noVolume))

/** What the REST API lists in a pool, snapshots among it. */
export function volumesShown(host: EmulatedHost, project: string | null, pool: string): unknown[] {
  checkPool(host, pool)
  return Object.values(all(host))
    .filter((volume) => volume.pool === pool && (project === null || volume.project === project))
    .flatMap((volume) => [rendered(host, volume), ...snapshotsOf(volume)])
}

/** Snapshots of one. @throws Refusal */
export const volumeSnapshotsShown = (host: EmulatedHost, project: string, pool: string, name: string): unknown[] =>
  snapshotsOf(find(host, project, [pool, name], text.noVolume))

const rendered = (host: EmulatedHost, volume: VolumeState) => ({
  name: volume.name,
  config: volume.config,
  created_at: volume.createdAt,
  project: volume.project,
  type: 'custom',
  content_type: 'filesystem',
  used_by: usersOf(host, volume).map(
    ({ name, project }) => `/1.0/instances/${name}${project === 'default' ? '' : `?project=${project}`}`,
  ),
})

const snapshotsOf = ({ name, project, config, snapshots }: VolumeState) =>
  snapshots.map((snapshot) => ({
    name: `${name}/${snapshot.name}`,
    config,
    created_at: snapshot.createdAt,
    project,
    used_by: [],
  }))
