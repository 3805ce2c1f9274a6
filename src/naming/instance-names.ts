/** Which of the sets of a resource an instance belongs to; '': the resource has one set. */
export type Color = '' | 'blue' | 'green' | 'canary'

/** Incus allows 63 characters: letters, digits and dashes. */
export const MAX_INSTANCE_NAME = 63

/** A name of the topology file as Incus spells it: `_` becomes `-`. */
export const incusName = (name: string): string => name.replaceAll('_', '-').toLowerCase()

/** `<topology>-<resource>`, with `-<n>` for replicas and `-blue`, `-green` or `-canary` after that. */
export function instanceName(topology: string, resource: string, index: number | null, color: Color = ''): string {
  return [
    incusName(topology),
    incusName(resource),
    ...(index === null ? [] : [index]),
    ...(color === '' ? [] : [color]),
  ].join('-')
}

/** The color that is free beside the one that lives. */
export const otherColor = (color: Color, colored: boolean): Color =>
  color === 'blue' ? 'green' : color === 'green' ? (colored ? 'blue' : '') : 'green'
