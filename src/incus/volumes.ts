import * as z from 'zod'
import type { IncusCommand } from './command.js'
import { parseJson } from './parse.js'
import { query } from './query.js'
import { assignments, inProject, operands, type Where } from './words.js'

/** A custom storage volume: its pool, and its name there. */
export interface VolumeRef {
  pool: string
  name: string
}

/** ALREADY_EXISTS when there is one of the name, whoever made it. */
export const createVolume = (
  { pool, name }: VolumeRef,
  config: Record<string, string>,
  where: Where = {},
): IncusCommand => ({
  args: ['storage', 'volume', 'create', ...inProject(where), ...operands(pool, name, ...assignments(config))],
})

/** Sets keys, `size` among them: a volume of files grows while it is in use. */
export const setVolume = (
  { pool, name }: VolumeRef,
  config: Record<string, string>,
  where: Where = {},
): IncusCommand => ({
  args: ['storage', 'volume', 'set', ...inProject(where), ...operands(pool, name, ...assignments(config))],
})

/** Of the same name on another host, with its snapshots; source and target are remotes. What is there is made the same. */
export const copyVolume = (
  { pool, name }: VolumeRef,
  { source, target, mode, ...where }: Where & { source: string; target: string; mode?: 'pull' | 'push' | 'relay' },
): IncusCommand => ({
  args: [
    ...['storage', 'volume', 'copy', '--quiet', ...inProject(where)],
    ...(mode === undefined ? [] : [`--mode=${mode}`]),
    '--refresh',
    ...operands(`${source}:${pool}/${name}`, `${target}:${pool}/${name}`),
  ],
})

/** To another name in its pool, without snapshots. */
export const copyVolumeAs = ({ pool, name }: VolumeRef, as: string, where: Where = {}): IncusCommand => ({
  args: [
    ...['storage', 'volume', 'copy', '--quiet', ...inProject(where), '--volume-only'],
    ...operands(`${pool}/${name}`, `${pool}/${as}`),
  ],
})

/** Instances that have it and do not run have it under its new name. IN_USE while one runs. */
export const renameVolume = ({ pool, name }: VolumeRef, to: string, where: Where = {}): IncusCommand => ({
  args: ['storage', 'volume', 'rename', ...inProject(where), ...operands(pool, name, to)],
})

/** With its snapshots. IN_USE while an instance has it, running or not. */
export const deleteVolume = ({ pool, name }: VolumeRef, where: Where = {}): IncusCommand => ({
  args: ['storage', 'volume', 'delete', ...inProject(where), ...operands(pool, name)],
})

export const createVolumeSnapshot = ({ pool, name }: VolumeRef, snapshot: string, where: Where = {}): IncusCommand => ({
  args: ['storage', 'volume', 'snapshot', 'create', ...inProject(where), ...operands(pool, name, snapshot)],
})

/** IN_USE while an instance that has the volume runs. */
export const restoreVolumeSnapshot = (
  { pool, name }: VolumeRef,
  snapshot: string,
  where: Where = {},
): IncusCommand => ({
  args: ['storage', 'volume', 'snapshot', 'restore', ...inProject(where), ...operands(pool, name, snapshot)],
})

export const deleteVolumeSnapshot = ({ pool, name }: VolumeRef, snapshot: string, where: Where = {}): IncusCommand => ({
  args: ['storage', 'volume', 'snapshot', 'delete', ...inProject(where), ...operands(pool, name, snapshot)],
})

const parameters = ({ project }: Where, all = false): string =>
  `?recursion=1${all ? '&all-projects=true' : project ? `&project=${encodeURIComponent(project)}` : ''}`

const path = ({ pool, name }: VolumeRef): string =>
  `/1.0/storage-pools/${encodeURIComponent(pool)}/volumes/custom/${encodeURIComponent(name)}`

/** Read it with parseVolume. */
export const getVolume = (volume: VolumeRef, { project }: Where = {}): IncusCommand =>
  query(`${path(volume)}${project ? `?project=${encodeURIComponent(project)}` : ''}`)

/** Snapshots of a volume; read it with parseVolumeSnapshots. */
export const listVolumeSnapshots = (volume: VolumeRef, where: Where = {}): IncusCommand =>
  query(`${path(volume)}/snapshots${parameters(where)}`)

/** Custom volumes of a pool, their snapshots among them; read it with parseVolumes. */
export const listVolumes = (
  pool: string,
  { allProjects, ...where }: Where & { allProjects?: boolean } = {},
): IncusCommand =>
  query(`/1.0/storage-pools/${encodeURIComponent(pool)}/volumes/custom${parameters(where, allProjects)}`)

const volume = z.object({
  name: z.string(),
  config: z.record(z.string(), z.string()).default({}),
  created_at: z.string(),
  project: z.string().default('default'),
  used_by: z.array(z.string()).nullish(),
})

export interface IncusVolume {
  name: string
  config: Record<string, string>
  /** ISO time. */
  createdAt: string
  project: string
  /** Names of the instances that have it, running or not. */
  usedBy: string[]
}

const instanceNames = (paths: readonly string[]): string[] =>
  paths.flatMap((each) => {
    const name = /^\/1\.0\/instances\/([^/?]+)/.exec(each)?.[1]
    return name === undefined ? [] : [decodeURIComponent(name)]
  })

const toVolume = ({ name, config, created_at, project, used_by }: z.infer<typeof volume>): IncusVolume => ({
  name,
  config,
  createdAt: created_at,
  project,
  usedBy: instanceNames(used_by ?? []),
})

/** @throws Cul8erError INCUS */
export const parseVolume = (text: string): IncusVolume => toVolume(parseJson('incus query', volume, text))

/** Without snapshots, which Incus lists as well. @throws Cul8erError INCUS */
export const parseVolumes = (text: string): IncusVolume[] =>
  parseJson('incus query', z.array(volume), text)
    .filter(({ name }) => !name.includes('/'))
    .map(toVolume)

/** Names, oldest first. @throws Cul8erError INCUS */
export const parseVolumeSnapshots = (text: string): string[] =>
  parseJson('incus query', z.array(z.object({ name: z.string(), created_at: z.string() })), text)
    .sort((a, b) => (a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : 0))
    .map(({ name }) => name.split('/').at(-1) ?? '')
