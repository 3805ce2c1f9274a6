import type { IncusCommand } from './command.js'
import { inProject, operands, type Where } from './words.js'

/** `file` is on the host: Incus wants a real file. ALREADY_EXISTS when an image with that content is there, under any alias. */
export const importImage = (file: string, alias: string, where: Where = {}): IncusCommand => ({
  args: ['image', 'import', '--quiet', ...inProject(where), `--alias=${alias}`, ...operands(file)],
})

/** Read it with parseImages. A filter is an alias, the start of a fingerprint or `property=value`. */
export const listImages = ({ filters = [], ...where }: Where & { filters?: string[] } = {}): IncusCommand => ({
  args: ['image', 'list', '--format=json', ...inProject(where), ...operands(...filters)],
})

export const deleteImage = (image: string, where: Where = {}): IncusCommand => ({
  args: ['image', 'delete', ...inProject(where), ...operands(image)],
})

export const createImageAlias = (alias: string, fingerprint: string, where: Where = {}): IncusCommand => ({
  args: ['image', 'alias', 'create', ...inProject(where), ...operands(alias, fingerprint)],
})

export const deleteImageAlias = (alias: string, where: Where = {}): IncusCommand => ({
  args: ['image', 'alias', 'delete', ...inProject(where), ...operands(alias)],
})
