import * as z from 'zod'
import type { IncusCommand } from './command.js'
import { parseJson } from './parse.js'
import { query } from './query.js'
import { inProject, operands, type Where } from './words.js'

/** Replaces the profiles of an instance. */
export const assignProfiles = (name: string, profiles: readonly string[], where: Where = {}): IncusCommand => ({
  args: ['profile', 'assign', ...inProject(where), ...operands(name, profiles.join(','))],
})

/** Read it with parseProfileNames. */
export const listProfiles = ({ project }: Where = {}): IncusCommand =>
  query(`/1.0/profiles${project ? `?project=${encodeURIComponent(project)}` : ''}`)

/** @throws Cul8erError INCUS */
export const parseProfileNames = (text: string): string[] =>
  parseJson('incus query /1.0/profiles', z.array(z.string()), text).map((path) =>
    decodeURIComponent(path.split('/').at(-1)?.split('?')[0] ?? ''),
  )

/** Read it with parseProfile. */
export const getProfile = (name: string): IncusCommand => query(`/1.0/profiles/${encodeURIComponent(name)}`)

/** @throws Cul8erError INCUS */
export const parseProfile = (text: string): { devices: Record<string, Record<string, string>> } =>
  parseJson('incus query /1.0/profiles/…', profile, text)

const profile = z.object({ devices: z.record(z.string(), z.record(z.string(), z.string())).default({}) })
