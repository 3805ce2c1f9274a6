import { annotatedJsonSchema } from '../src/topology/json-schema.js'
import { DURATION, SIZE } from '../src/topology/units.js'

interface Schema {
  type?: string
  description?: string
  default?: unknown
  defaultText?: string
  enum?: unknown[]
  const?: unknown
  pattern?: string
  minimum?: number
  maximum?: number
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  additionalProperties?: Schema | boolean
}

interface Section {
  path: string
  schema: Schema
}

const INTRODUCTION = `# The topology file: reference

Made from the schema that files are checked by (\`node scripts/make-docs.mjs\`). \`cul8er schema\` prints the same as JSON Schema
for editors.

- A file exports one topology or a list of them: \`cul8er.config.ts\`, \`.mts\`, \`.js\`, \`.mjs\`, \`.yaml\`, \`.yml\` or \`.json\`. In YAML
  several documents in one file are a list too.
- **duration**: a number with its unit, \`500ms\`, \`10s\`, \`5m\`, \`24h\`, \`7d\`. A bare number is refused.
- **size**: a number with its unit, \`512MiB\`, \`8GiB\`, \`1TiB\`. Decimal units (\`8GB\`) and fractions are rounded to the nearest MiB.
- **secret**: \`secret({ from: 'system' })\` in TypeScript, \`{ secret: { from: system } }\` in YAML and JSON. Files name where a secret
  comes from and never hold it.
- Keys of several words may also be written with underscores: \`max_parallel\`, \`health_check\`, \`expected_status\`.
- Unknown keys are errors, with the nearest right one or the place where the key belongs. All errors of a file are reported at once.
`

/** docs/topology-reference.md as it must be: a table for each mapping of the file. */
export function topologyReference(): string {
  const sections = withoutRepeats(sectionsOf({ path: '', schema: annotatedJsonSchema() as Schema }))
  return `${[INTRODUCTION, ...sections.map((section) => table(section, sections))].join('\n')}`
}

/** The mapping itself and all that are in it, in the order of the file. */
function sectionsOf({ path, schema }: Section): Section[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([key, each]) =>
    within(each, path === '' ? key : `${path}.${key}`),
  )
  return schema.properties === undefined ? within(schema, path) : [{ path, schema }, ...inner]
}

function within(schema: Schema, path: string): Section[] {
  const { items, additionalProperties, anyOf = [] } = schema
  return [
    ...(schema.properties === undefined ? [] : sectionsOf({ path, schema })),
    ...(items === undefined ? [] : within(items, `${path}[]`)),
    ...(typeof additionalProperties === 'object' ? within(additionalProperties, `${path}.<name>`) : []),
    ...anyOf.flatMap((each) => within(each, path)),
  ]
}

const keysOf = ({ schema }: Section): string => JSON.stringify(schema.properties)

const withoutRepeats = (sections: Section[]): Section[] =>
  sections.filter((section, index) => sections.findIndex((other) => keysOf(other) === keysOf(section)) === index)

function table({ path, schema }: Section, sections: Section[]): string {
  const rows = Object.entries(schema.properties ?? {}).map(([key, each]) => {
    const type = typeOf(each, sections)
    return `| \`${key}\` | ${type} | ${defaultOf(each, schema.required?.includes(key) === true)} | ${each.description ?? ''} |`
  })
  const heading = path === '' ? 'The topology' : `\`${path}\``
  return [`## ${heading}`, '', '| key | type | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n')
}

function defaultOf(schema: Schema, required: boolean): string {
  if (required) return '*required*'
  if (schema.defaultText !== undefined) return schema.defaultText
  if (schema.default === undefined) return 'none'
  return `\`${typeof schema.default === 'string' ? schema.default : JSON.stringify(schema.default)}\``
}

function typeOf(schema: Schema, sections: Section[]): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const).replaceAll('"', '')}\``
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map((each) => typeOf(each, sections)))].join(' or ')
  if (schema.items !== undefined) return `list of ${typeOf(schema.items, sections)}`
  if (schema.properties !== undefined) return mappingOf(schema, sections)
  if (typeof schema.additionalProperties === 'object') {
    return `by name: ${typeOf(schema.additionalProperties, sections)}`
  }
  if (schema.pattern === DURATION.source) return 'duration'
  if (schema.pattern === SIZE.source) return 'size'
  if (schema.type === 'integer' && schema.minimum !== undefined) return `${schema.minimum} to ${schema.maximum}`
  return { string: 'text', boolean: '`true`, `false`' }[schema.type ?? ''] ?? schema.type ?? 'anything'
}

function mappingOf(schema: Schema, sections: Section[]): string {
  const section = sections.find((each) => keysOf(each) === JSON.stringify(schema.properties))
  if (section === undefined || Object.keys(schema.properties ?? {}).join() === 'secret') return 'secret'
  const anchor = section.path.toLowerCase().replaceAll(/[^a-z0-9 _-]/g, '')
  return `[mapping](#${anchor})`
}
