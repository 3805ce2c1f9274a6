import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Cul8erError } from '../../../src/errors.js'
import { loadTopologies } from '../../../src/loaders/load.js'
import { folder } from './folder.js'

const BODY = `{ hosts: { here: { address: 'localhost', platform: 'debian' } }, resources: { app: { image: 'x' } } }`
const JSON_TEXT = JSON.stringify({
  name: 'shop',
  hosts: { here: { address: 'localhost', platform: 'debian' } },
  resources: { app: { image: 'x' } },
})
const YAML_TEXT = `name: shop
hosts:
  here: { address: localhost, platform: debian }
resources:
  app: { image: x }
`

const load = (name: string, content: string, others: Record<string, string> = {}) =>
  loadTopologies(join(folder({ [name]: content, ...others }), name))

const names = async (name: string, content: string, others?: Record<string, string>) =>
  (await load(name, content, others)).map((topology) => topology.name)

/** The message of the refusal, the folder left out. */
async function refusal(name: string, content: string, others: Record<string, string> = {}): Promise<string> {
  const path = folder({ [name]: content, ...others })
  const error: unknown = await loadTopologies(join(path, name)).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Cul8erError)
  expect(error).toMatchObject({ code: 'INVALID_TOPOLOGY' })
  return (error as Cul8erError).message.replaceAll(`${path}/`, '')
}

describe('every kind of file', () => {
  it.each([
    [
      'a.ts',
      `import { defineTopology } from 'cul8er'\nconst name: string = 'shop'\nexport default defineTopology(name, ${BODY})`,
    ],
    ['a.mts', `import { defineTopology } from 'cul8er'\nexport default defineTopology('shop', ${BODY})`],
    ['a.js', `import { defineTopology } from 'cul8er'\nexport default defineTopology('shop', ${BODY})`],
    ['b.js', `const { defineTopology } = require('cul8er')\nmodule.exports = defineTopology('shop', ${BODY})`],
    ['a.mjs', `import * as cul8er from 'cul8er'\nexport default cul8er.defineTopology('shop', ${BODY})`],
    ['b.ts', `export default { name: 'shop', ...${BODY} }`],
    [
      'c.ts',
      `import { defineTopology } from 'cul8er'\nexport default await Promise.resolve(defineTopology('shop', ${BODY}))`,
    ],
    [
      'd.ts',
      `import { defineTopology } from 'cul8er'\nexport default Promise.resolve(defineTopology('shop', ${BODY}))`,
    ],
    ['a.yaml', YAML_TEXT],
    ['a.yml', `\uFEFF${YAML_TEXT}`],
    ['b.yaml', `- ${YAML_TEXT.trim().replaceAll('\n', '\n  ')}\n`],
    ['a.json', JSON_TEXT],
    ['b.json', `\t[\n\t${JSON_TEXT}\n\t]`],
  ])('%s', async (name, content) => expect(await names(name, content)).toEqual(['shop']))

  it('several: an array, or YAML documents', async () => {
    const two = `import { defineTopology } from 'cul8er'\nexport default ['a', 'b'].map((name) => defineTopology(name, ${BODY}))`
    expect(await names('x.ts', two.replaceAll('app:', '[`app${Math.random()}`.replace(".", "")]:'))).toEqual(['a', 'b'])
    expect(await names('x.yaml', `${YAML_TEXT}---\n${YAML_TEXT.replace('shop', 'blog')}`)).toEqual(['shop', 'blog'])
  })

  it('files that import others', async () => {
    const main = `import { body } from './parts/body.js'\nimport { defineTopology } from 'cul8er'\nexport default defineTopology('shop', body)`
    expect(await names('x.ts', main, { 'parts/body.ts': `export const body = ${BODY} as const` })).toEqual(['shop'])
  })

  it('reads a file anew each time', async () => {
    const first = await names('x.ts', `export default { name: 'one', ...${BODY} }`)
    const second = await names('x.ts', `export default { name: 'two', ...${BODY} }`)
    expect([...first, ...second]).toEqual(['one', 'two'])
  })

  it('YAML with anchors and merge keys', async () => {
    const text = `${YAML_TEXT}  base: &base { image: y, replicas: 2 }\n  web: { <<: *base, replicas: 3 }\n`
    const [topology] = await load('x.yaml', text)
    expect(topology?.resources.web).toMatchObject({ image: 'y', replicas: 3 })
  })
})

describe('problems with file, line and key path', () => {
  it('in YAML', async () => {
    const text = `name: shop
hosts:
  here:
    address: localhost
    platform: debain
resources:
  app:
    image: x
    on: [here, there]
    limits:
      memory: 8
    network:
      expose:
        - port: 80
        - { port: 90, as: 80 }
  web: &web
    image: x
    replica: 2
strategy:
  drain: 10
`
    expect(await refusal('x.yaml', text)).toBe(
      [
        '6 problems in x.yaml',
        'x.yaml:5  hosts.here.platform: found "debain", allowed arch_linux, debian, ubuntu, incusos, icusos, emulated (did you mean debian?)',
        'x.yaml:9  resources.app.on[1]: found "there", allowed here (did you mean here?)',
        "x.yaml:11  resources.app.limits.memory: found 8, allowed a size with its unit, such as '512MiB', '8GiB', '1TiB' (did you mean 8GiB?)",
        'x.yaml:15  resources.app.network.expose[1].as: found port 80 (http), beside port 80 (http) of app on host here, allowed its own port or host name',
        'x.yaml:18  resources.web.replica: found the unknown key "replica", allowed type, on, placement, replicas, image, limits, stateful, replicate, backup, dependsOn, network, devices, config, profiles, volumes, environment, deploy, healthcheck (did you mean replicas?)',
        "x.yaml:20  strategy.drain: found 10, allowed a duration with its unit, such as '500ms', '10s', '5m', '24h' (did you mean 10s?)",
      ].join('\n'),
    )
  })

  it.each([
    [
      'the line of the section where a key is missing',
      'name: shop\nhosts:\n  here: { address: localhost }\nresources:\n  app: { image: x }\n',
      'x.yaml:3  hosts.here.platform: found nothing',
    ],
    ['in the second document', `${YAML_TEXT}---\n${YAML_TEXT}ttl: 5\n`, 'x.yaml:12  [1].ttl: found 5'],
    [
      'behind an anchor',
      `x: &x { memory: 8 }\n${YAML_TEXT.replace('x }', 'x, limits: *x }')}`,
      'x.yaml:1  resources.app.limits.memory: found 8',
    ],
    ['an empty file', '', 'x.yaml  found nothing (null)'],
    ['a key twice', `${YAML_TEXT}name: again\n`, 'x.yaml:6  not valid YAML: Map keys must be unique'],
    ['bad indentation', 'name: shop\n hosts: x\n', 'x.yaml:1  not valid YAML: '],
    ['an unknown tag', `${YAML_TEXT}ttl: !secret x\n`, 'x.yaml:6  not valid YAML: Unresolved tag: !secret'],
  ])('YAML: %s', async (_, text, expected) => expect(await refusal('x.yaml', text)).toContain(expected))

  it.each([
    [
      'a wrong value',
      JSON_TEXT.replace('"x"', '\n"x", "replicas": \n"2"'),
      'x.json:2  resources.app.replicas: found "2"',
    ],
    [
      'a key twice',
      JSON_TEXT.replace('{"name"', '{"name": "x",\n"name"'),
      'x.json:2  not valid YAML: Map keys must be unique',
    ],
    ['a comma too many', '{\n"name": "shop",\n}', 'x.json:3  not valid JSON: Expected double-quoted property name'],
    ['a comment', '{\n  # mine\n  "name": "shop"\n}', 'x.json:2  not valid JSON: '],
    ['nothing', '', 'x.json'],
  ])('JSON: %s', async (_, text, expected) => expect(await refusal('x.json', text)).toContain(expected))

  it.each([
    [
      'that throws',
      `interface A {\n  b: string\n}\n\nfunction f(): never {\n  throw new Error('no luck')\n}\nexport default f()`,
      'x.ts:6  no luck',
    ],
    ['that throws elsewhere', `import './other.js'\nexport default {}`, 'other.ts:2  no luck'],
    ['that throws what is no error', `throw 'bare'`, 'x.ts  bare'],
    ['that does not compile', `const a = 1\nconst b = {,}\nexport default a`, 'x.ts:2  ParseError: Unexpected token'],
    [
      'that imports what is not there',
      `import { a } from './gone.js'\nexport default a`,
      "x.ts:1  Cannot find module './gone.js'",
    ],
    ['without a default export', `export const topology = ${BODY}`, 'x.ts  found no default export'],
    ['that exports a function', `export default () => (${BODY})`, 'x.ts  found a function'],
    ['with a wrong value', `export default { name: 'shop', ttl: 5, ...${BODY} }`, 'x.ts  ttl: found 5'],
  ])('a TypeScript file %s', async (_, text, expected) =>
    expect(await refusal('x.ts', text, { 'other.ts': `const x: number = 1\nthrow new Error('no luck')\n` })).toContain(
      expected,
    ),
  )

  it('as data for programs', async () => {
    const path = folder({ 'x.yaml': `${YAML_TEXT}ttl: 5\n` })
    const file = join(path, 'x.yaml')
    await expect(loadTopologies(file)).rejects.toMatchObject({
      details: { file, problems: [{ path: 'ttl', line: 6, found: '5', suggestion: '5s' }] },
    })
  })

  it('says which file cannot be read', async () => {
    await expect(loadTopologies(join(folder(), 'x.yaml'))).rejects.toMatchObject({ code: 'USAGE' })
  })
})

describe('hostile files end in a refusal', () => {
  const laughs = Array.from(
    { length: 12 },
    (_, i) => `l${i}: &l${i} [${i === 0 ? 'ha' : `${`*l${i - 1},`.repeat(9)}`}]`,
  ).join('\n')
  it.each([
    ['x.yaml', laughs],
    ['x.yaml', '['.repeat(50_000)],
    ['x.json', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['x.json', '{"hosts": {"__proto__": {"polluted": true}}}'],
    ['x.yaml', 'hosts: { __proto__: { polluted: true } }'],
    ['x.yaml', '\0\u0001'],
  ])('%s %#', async (name, text) => {
    expect(await refusal(name, text)).toContain(name)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})

it('fifty resources load from each kind of file, and are the same', async () => {
  const resources = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [
      `app${index}`,
      {
        image: 'images:debian/12',
        replicas: 3,
        limits: { cpu: 2, memory: '4GiB' },
        network: { expose: [{ port: 4000, as: 443, protocol: 'https', host: `a${index}.example.com` }] },
        environment: { MIX_ENV: 'prod', KEY: { secret: { from: 'system' } } },
        ...(index === 0 ? {} : { dependsOn: [`app${index - 1}`] }),
      },
    ]),
  )
  const whole = JSON.stringify({ ...(JSON.parse(JSON_TEXT) as object), resources }, null, 2)
  const [json] = await load('x.json', whole)
  expect(Object.keys(json?.resources ?? {})).toHaveLength(50)
  expect(await load('x.yaml', whole)).toEqual([json])
  expect(await load('x.ts', `export default ${whole}`)).toEqual([json])
})
