import * as z from 'zod'
import { topologySchema } from './schema/topology.js'
import { spellingsOf } from './spelling.js'

/** A JSON Schema as plain data. */
export type JsonSchema = z.core.JSONSchema.BaseSchema

/**
 * JSON Schema (draft 7, which editors know best) of a topology file, one topology or a list of them, made from the schema
 * that files are checked by.
 */
export function topologyJsonSchema(): JsonSchema {
  const { $schema, ...topology } = z.toJSONSchema(topologySchema, {
    io: 'input',
    target: 'draft-7',
    override: sayDefault,
  })
  spellOtherwise(topology)
  return {
    $schema,
    title: 'cul8er topology',
    description: 'What cul8er deploys: one topology, or a list of them',
    anyOf: [
      { $ref: '#/definitions/topology' },
      { type: 'array', minItems: 1, items: { $ref: '#/definitions/topology' } },
    ],
    definitions: { topology },
  }
}

/** The schema of one topology with `defaultText` where a default depends on something else: what the reference is made of. */
export const annotatedJsonSchema = (): JsonSchema => z.toJSONSchema(topologySchema, { io: 'input', target: 'draft-7' })

/** Validators refuse keywords that they do not know. */
function sayDefault({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  const { defaultText } = jsonSchema
  if (typeof defaultText !== 'string') return
  delete jsonSchema.defaultText
  jsonSchema.description = `${jsonSchema.description}. Default: ${defaultText}`
}

/** Editors shall not mark what is read. Inner sections first: what is copied then has its spellings already. */
function spellOtherwise(schema: unknown): void {
  if (typeof schema !== 'object' || schema === null) return
  for (const inner of Object.values(schema)) spellOtherwise(inner)
  const { type, properties = {} } = schema as JsonSchema
  if (type !== 'object') return
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === 'boolean') continue
    for (const spelling of spellingsOf(key)) {
      properties[spelling] = { ...value, description: `Another spelling of \`${key}\`` }
    }
  }
}
