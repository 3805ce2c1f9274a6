/** What the aliases of our images begin with. */
export const OUR_IMAGES = 'cul8er/'

/** Whether a host has the image under this name or nobody has: no remote is named that would be asked for it. */
export function isLocalImage(image: string): boolean {
  const colon = image.indexOf(':')
  // As the Incus client does: a colon behind a slash is part of the alias.
  return colon === -1 || image.slice(0, colon).includes('/')
}
