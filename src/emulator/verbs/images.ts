import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { EmulatedHost } from '../host.js'
import type { EmulatedImage } from '../model.js'
import { renderImage } from '../render.js'
import { Refusal, text } from '../texts.js'
import type { CarryOut } from './carry-out.js'

export const importImage: CarryOut = (host, words) => {
  const [file = ''] = words.operands
  const content = read(file)
  const fingerprint = createHash('sha256').update(content).digest('hex')
  if (host.state.images.some((image) => image.fingerprint === fingerprint)) throw new Refusal(text.imageExists)
  host.state.images.push({ ...newImage(fingerprint, content.length), aliases: words.values('alias') })
  return `Image imported with fingerprint: ${fingerprint}\n`
}

export const listImages: CarryOut = (host, words) => {
  checkProject(host, words.project)
  return JSON.stringify(
    host.state.images
      .filter(({ aliases, fingerprint }) =>
        words.operands.every((f) => aliases.some((alias) => alias.includes(f)) || fingerprint.startsWith(f)),
      )
      .map(renderImage),
  )
}

export const deleteAlias: CarryOut = (host, words) => {
  const [alias = ''] = words.operands
  const image = host.state.images.find(({ aliases }) => aliases.includes(alias))
  if (image === undefined) throw new Refusal(text.noAlias)
  image.aliases = image.aliases.filter((other) => other !== alias)
}

/**
 * The image an instance is made from. An emulated host has every image but those whose name begins with `missing`, so that
 * any topology can be tried on it.
 * @throws Refusal
 */
export function useImage(host: EmulatedHost, name: string, type: EmulatedImage['type']): EmulatedImage {
  const given = byName(host, name)
  if (given !== undefined) {
    if (given.type !== type && type === 'virtual-machine') {
      throw new Refusal('Asked for a VM but image is of type container')
    }
    return given
  }
  const [remote, alias] = name.includes(':') ? (name.split(/:(.*)/s, 2) as [string, string]) : [null, name]
  if (isMissing(alias)) throw new Refusal(remote === null ? text.noImage(alias) : text.noRemoteImage(alias))
  const made = unseen(name, type)
  host.state.images.push(made)
  return made
}

/** What an alias names, or will once it is used. @throws Refusal */
export function imageNamed(host: EmulatedHost, alias: string, type: EmulatedImage['type']): EmulatedImage {
  const given = host.state.images.find(({ aliases }) => aliases.includes(alias))
  if (given === undefined && isMissing(alias)) throw new Refusal(text.noAlias)
  return given ?? unseen(alias, type)
}

/** @throws Refusal */
export function checkProject({ state }: EmulatedHost, project: string): void {
  if (project !== 'default' && !(project in state.projects)) throw new Refusal(text.noProjectOfImages)
}

const isMissing = (alias: string): boolean => alias.startsWith('missing')

const unseen = (name: string, type: EmulatedImage['type']): EmulatedImage => ({
  ...newImage(createHash('sha256').update(`${type} ${name}`).digest('hex'), 1_000_000),
  type,
  aliases: [name],
})

const byName = (host: EmulatedHost, name: string): EmulatedImage | undefined =>
  host.state.images.find(
    ({ aliases, fingerprint }) => aliases.includes(name) || (name.length >= 12 && fingerprint.startsWith(name)),
  )

const newImage = (fingerprint: string, size: number): EmulatedImage => ({
  fingerprint,
  aliases: [],
  type: 'container',
  size,
  properties: {},
  uploadedAt: new Date().toISOString(),
})

function read(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch {
    throw new Refusal(`open ${file}: no such file or directory`)
  }
}
