import type { IncusCommand } from './command.js'
import { query } from './query.js'
import { inProject, operands, type Where } from './words.js'

/** Read it with parseImages. A filter is an alias, the start of a fingerprint or `property=value`. */
export const listImages = ({ filters = [], ...where }: Where & { filters?: string[] } = {}): IncusCommand => ({
  args: ['image', 'list', '--format=json', ...inProject(where), ...operands(...filters)],
})

/** What an alias names; NOT_FOUND where there is none, or no such project. A look costs less than a list. */
export const getImageAlias = (alias: string, { project }: Where = {}): IncusCommand =>
  query(`/1.0/images/aliases/${encodeURIComponent(alias)}${project ? `?project=${encodeURIComponent(project)}` : ''}`)

/** Names an image of the host; ALREADY_EXISTS where the name is taken. */
export const createImageAlias = (alias: string, fingerprint: string, { project }: Where = {}): IncusCommand =>
  query(`/1.0/images/aliases${project ? `?project=${encodeURIComponent(project)}` : ''}`, {
    method: 'POST',
    data: { name: alias, target: fingerprint },
  })
