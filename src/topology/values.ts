import { parseDuration, parseSize } from './units.js'

/** One thing or a list of them, as a list. */
export const list = <Item>(items: Item | readonly Item[]): Item[] =>
  Array.isArray(items) ? [...(items as readonly Item[])] : [items as Item]

/** Each value of a mapping changed; keys such as `constructor` are as good as any. */
export const mapValues = <From, To>(mapping: Record<string, From>, change: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(mapping).map(([key, value]) => [key, change(value)]))

/** Scalars as text, as an environment or a configuration key holds them. */
export const texts = (mapping: Record<string, string | number | boolean>): Record<string, string> =>
  mapValues(mapping, String)

/** ms of a duration that the schema accepted. */
export const milliseconds = (duration: string): number => parseDuration(duration) ?? 0

/** MiB of a size that the schema accepted; null when there is none. */
export const mebibytes = (size: string | undefined): number | null => (size === undefined ? null : parseSize(size))
