import type { IncusCommand } from './command.js'
import { inProject, operands, type Where } from './words.js'

/** Read it with parseImages. A filter is an alias, the start of a fingerprint or `property=value`. */
export const listImages = ({ filters = [], ...where }: Where & { filters?: string[] } = {}): IncusCommand => ({
  args: ['image', 'list', '--format=json', ...inProject(where), ...operands(...filters)],
})
