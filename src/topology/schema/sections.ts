import type * as z from 'zod'

type Schema = z.core.$ZodType

/** A mapping with keys of ours somewhere in a topology file. */
export interface Section {
  /** Keys from the root; `*` stands for a name of the user's own, `[]` for a place in a list. */
  path: readonly string[]
  keys: readonly string[]
}

/** What a value of the schema can be made of: no wrappers, every branch of a union. */
function leaves(schema: Schema): z.core.$ZodTypes['_zod']['def'][] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  if (def.type === 'optional' || def.type === 'default') return leaves(def.innerType)
  if (def.type === 'union') return def.options.flatMap(leaves)
  return [def]
}

/** The schemas that hold for the value under a key of a mapping, or at a place of a list. */
export function below(schemas: readonly Schema[], key: string | number): Schema[] {
  return schemas.flatMap(leaves).flatMap((def) => {
    if (def.type === 'object') return Object.hasOwn(def.shape, key) ? [def.shape[key] as Schema] : []
    if (def.type === 'record') return [def.valueType]
    return def.type === 'array' ? [def.element] : []
  })
}

/** The keys that a mapping at this place may have; none where the user chooses them. */
export const keysOf = (schemas: readonly Schema[]): string[] =>
  schemas.flatMap(leaves).flatMap((def) => (def.type === 'object' ? Object.keys(def.shape) : []))

/** All sections, outer ones first. */
export function sectionsOf(schema: Schema, path: readonly string[] = []): Section[] {
  return leaves(schema).flatMap((def): Section[] => {
    if (def.type === 'record') return sectionsOf(def.valueType, [...path, '*'])
    if (def.type === 'array') return sectionsOf(def.element, [...path, '[]'])
    if (def.type !== 'object') return []
    const inner = Object.entries(def.shape).flatMap(([key, each]) => sectionsOf(each, [...path, key]))
    return [{ path, keys: Object.keys(def.shape) }, ...inner]
  })
}
