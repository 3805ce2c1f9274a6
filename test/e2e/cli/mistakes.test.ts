import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Home } from '../service/home.js'

/* What a person gets wrong, and what each is answered with: the exit code, the cause with its place, and a command that helps. */

const home = new Home()
beforeAll(() => home.cul8er(['service', 'start']))
afterAll(() => home.remove())

const base = {
  name: 'shop',
  hosts: { here: { address: 'localhost', platform: 'emulated' } },
  resources: { web: { image: 'cul8er/tiny' } },
}
const file = (changes: object): Files => ({ 'cul8er.config.json': JSON.stringify({ ...base, ...changes }) })
const web = (changes: object): Files => file({ resources: { web: { ...base.resources.web, ...changes } } })
const code = (text: string): Files => ({ 'cul8er.config.ts': text })
const release = (more: object = {}): Files => web({ deploy: { release: 'shop', version: '1.0.0', ...more } })
const DEFINE = "import { defineTopology } from 'cul8er'\n"
const shopNamed = (name: string): string => `defineTopology(${JSON.stringify(name)}, ${JSON.stringify(base)})`
const twoTopologies = (...names: string[]): Files =>
  code(`${DEFINE}export default [${names.map(shopNamed).join(', ')}]\n`)
type Files = Record<string, string>

/** A folder, what is typed in it, the exit code, and what the answer says. */
type Mistake = [what: string, files: Files, args: string[], exit: number, ...says: (RegExp | string)[]]

const SCHEMA = '→ `cul8er schema` prints what a topology file may hold'
const inFile = (what: string, files: Files, ...says: (RegExp | string)[]): Mistake =>
  [...[what, files, ['validate'], 64], ...says, SCHEMA] as unknown as Mistake

const FILE: Mistake[] = [
  inFile(
    'an unknown key',
    file({ resorces: {} }),
    /^✘ one problem in cul8er\.config\.json\ncul8er\.config\.json:1 {2}resorces: found the unknown key .*did you mean resources\?/,
  ),
  inFile('an unknown key of a resource', web({ replica: 2 }), /resources\.web\.replica: .*did you mean replicas\?/),
  inFile('no hosts', file({ hosts: undefined }), 'hosts: found nothing, allowed a mapping of host names to hosts'),
  inFile('no image', file({ resources: { web: {} } }), /web\.image: found nothing, allowed an image such as images:/),
  inFile(
    'a platform with a typo',
    file({ hosts: { here: { address: 'localhost', platform: 'debain' } } }),
    /did you mean debian\?/,
  ),
  inFile(
    'a host that is not there',
    web({ on: 'her' }),
    'resources.web.on: found "her", allowed here (did you mean here?)',
  ),
  inFile('memory as a number', web({ limits: { memory: 512 } }), /limits\.memory: found 512, .*did you mean 512MiB\?/),
  inFile(
    'memory without its unit',
    web({ limits: { memory: '8' } }),
    /limits\.memory: found "8", .*did you mean 8GiB\?/,
  ),
  inFile('memory in words', web({ limits: { memory: '512 megs' } }), /found "512 megs", allowed a size with its unit/),
  inFile(
    'cores in words',
    web({ limits: { cpu: 'two' } }),
    'limits.cpu: found "two", allowed a whole number from 1 to 4096',
  ),
  inFile('no replicas', web({ replicas: 0 }), 'replicas: found 0, allowed a whole number from 1 to 10000'),
  inFile('replicas as a text', web({ replicas: '3' }), 'replicas: found "3", allowed a whole number'),
  inFile(
    'a resource with a bad name',
    file({ resources: { 'Web!': { image: 'x' } } }),
    /resources\["Web!"\]: found the name/,
  ),
  inFile('a topology with a bad name', file({ name: 'My Shop' }), /name: found "My Shop", allowed a name of letters/),
  inFile(
    'a need for what is not there',
    web({ dependsOn: 'bd' }),
    'dependsOn: found "bd", allowed nothing: there are none',
  ),
  inFile('a need for itself', web({ dependsOn: 'web' }), 'dependsOn: found the cycle web -> web, allowed no cycle'),
  inFile(
    'a port out of range',
    web({ network: { expose: [{ port: 70_000 }] } }),
    /expose\[0\]\.port: found 70000, allowed/,
  ),
  inFile(
    'one public port twice',
    file({
      resources: Object.fromEntries(
        ['a', 'b'].map((name) => [name, { image: 'i', network: { expose: [{ port: 80, as: 8080 }] } }]),
      ),
    }),
    /resources\.b\.network\.expose\[0\]\.as: found port 8080 \(http\), beside port 8080 \(http\) of a on host here/,
  ),
  inFile('a strategy with a typo', file({ strategy: { approach: 'canery' } }), /"canery", .*did you mean canary\?/),
  inFile(
    'a duration without its unit',
    file({ strategy: { bake: 30 } }),
    /strategy\.bake: found 30, .*did you mean 30s\?/,
  ),
  inFile(
    'a step over 100 %',
    file({ strategy: { approach: 'canary', steps: [10, 150] } }),
    /steps\[1\]: found 150, allowed/,
  ),
  inFile(
    'a check of nothing',
    web({ healthcheck: { interval: '1s' } }),
    'found neither endpoint nor command, allowed one of',
  ),
  inFile(
    'a command as a text',
    web({ healthcheck: { command: 'curl localhost' } }),
    /allowed a list of arguments: \['program'/,
  ),
  inFile(
    'an endpoint without a scheme',
    web({ healthcheck: { endpoint: 'localhost:4000/' } }),
    /allowed 'http\(s\):\/\/localhost:PORT/,
  ),
  inFile(
    'a secret from nowhere',
    web({ environment: { A: { secret: { from: 'systm', key: 'A' } } } }),
    /did you mean system\?/,
  ),
  inFile(
    'a volume at no place',
    web({ volumes: { data: { path: 'data' } } }),
    /volumes\.data\.path: .*an absolute path/,
  ),
  inFile('a notifier as a text', file({ notify: ['https://example.com'] }), /notify\[0\]: found/),
  inFile('half a JSON', { 'cul8er.config.json': '{ "name": ' }, /json:1 {2}not valid JSON:/),
  inFile('YAML with a tab', { 'cul8er.config.yaml': 'name: shop\n\thosts: {}\n' }, /yaml:2 {2}not valid YAML: Tabs/),
  inFile('an empty YAML', { 'cul8er.config.yaml': '' }, /yaml {2}found nothing \(null\), allowed a mapping of/),
  [
    'half a TypeScript',
    code('export default {\n  a: \n'),
    ['validate'],
    64,
    /ts:\d+ {2}ParseError/,
    /→ fix the file; cul8er validate/,
  ],
  [
    'no default export',
    code('export const a = 1\n'),
    ['validate'],
    64,
    /found no default export beside a, allowed one topology or an array: export default defineTopology/,
    '→ fix the file; cul8er validate checks it',
  ],
  [
    'a topology that is not exported',
    code(`${DEFINE}${shopNamed('a')}\n`),
    ['validate'],
    64,
    /found no default export, allowed one topology or an array: export default defineTopology/,
  ],
  ['an empty file', code(''), ['validate'], 64, /found no default export, allowed one topology/],
  [
    'a function in place of a topology',
    code(`${DEFINE}export default defineTopology\n`),
    ['validate'],
    64,
    /found a function as the default export, allowed one topology or an array/,
  ],
  inFile('an empty list', code('export default []\n'), /ts {2}found an empty list, allowed at least one topology/),
  inFile('two of one name', twoTopologies('a', 'a'), /\[1\]\.name: found "a" twice, allowed a unique name/),
  ['code that throws', code("throw new Error('boom')\n"), ['validate'], 64, /ts:1 {2}boom/, /→ fix the file/],
  [
    'a promise that never settles',
    code('await new Promise(() => {})\nexport default {}\n'),
    ['validate'],
    64,
    /ts {2}it waits for a promise that never settles/,
    '→ fix the file',
  ],
  [
    'an import that does not exist',
    code("import { defineTopologi } from 'cul8er'\nexport default defineTopologi('a', {})\n"),
    ['validate'],
    64,
    /ts:2 {2}cul8er has no defineTopologi \(did you mean defineTopology\?\)/,
  ],
]

const WORLD: Mistake[] = [
  [
    'no file',
    {},
    ['validate'],
    64,
    /^✘ no topology file in .*: looked for cul8er\.config with/,
    /→ `cul8er init` writes a first/,
  ],
  ['a file that is not there', {}, ['validate', '-f', 'nope.yaml'], 64, '✘ no file nope.yaml', '→ give the path'],
  ['a folder for a file', {}, ['validate', '-f', '.'], 64, '✘ . is not a file', /→ -f takes a file/],
  ['a file of another kind', { 'a.toml': '' }, ['validate', '-f', 'a.toml'], 64, /its name must end in \.ts, /],
  [
    'two files',
    { 'a.json': '{}', 'b.json': '{}' },
    ['validate', '-f', 'a.json', '-f', 'b.json'],
    64,
    /given twice; expected one file/,
  ],
  [
    'a topology of another name',
    file({}),
    ['plan', 'shpo'],
    1,
    /no topology "shpo" in the file, .*did you mean shop\?/,
  ],
  [
    'two topologies, and none named',
    twoTopologies('one', 'two'),
    ['plan'],
    64,
    '✘ the file has 2 topologies: one, two',
    '→ name one of them after the command, such as cul8er plan one',
  ],
  [
    'two topologies, and another named',
    twoTopologies('one', 'two'),
    ['plan', 'on'],
    1,
    /no topology "on" in the file, which has one, two \(did you mean one\?\)/,
  ],
  [
    'a first file where there is one of another kind',
    { 'cul8er.config.yml': 'name: mine\n' },
    ['init', '--force'],
    1,
    '✘ cul8er.config.yml already exists, and one folder has one topology file',
    '→ edit it, or remove it first',
  ],
  ['a first file where there is one', file({}), ['init'], 1, '✘ cul8er.config.json already exists'],
  [
    'a command with a typo',
    {},
    ['deply'],
    64,
    /unknown command 'deply' \(did you mean cul8er deploy\?\)/,
    '→ cul8er --help',
  ],
  ['an option with a typo', {}, ['deploy', '--verson', '1'], 64, /Did you mean --version\?/, '→ cul8er help deploy'],
  ['nobody to ask', file({}), ['deploy'], 64, /confirmation required, but no terminal/, '→ pass --yes'],
  ['a wait without its unit', file({}), ['status', 'shop', '--timeout', '5'], 64, /expected a duration such as '10s'/],
  ['a revision in words', {}, ['rollback', 'shop', '--to', 'x', '--yes'], 64, /expected a whole number from 1/],
  [
    'a strategy that is none',
    file({}),
    ['plan', '--strategy', 'cannary'],
    64,
    /no strategy cannary \(did you mean canary\?\)/,
    '→ the strategies are',
  ],
  [
    'a plan for a folder that is not there',
    file({}),
    ['plan', '--out', 'no/such.plan'],
    64,
    /no\/such\.plan cannot be written \(ENOENT\)/,
    '→ its folder does not exist',
  ],
  ['a plan for a folder', file({}), ['plan', '--out', '.'], 64, /cannot be written \(EISDIR\)/, '→ it is a folder'],
  [
    'a look at what runs, beside a broken file',
    web({ replica: 2 }),
    ['status'],
    64,
    /resources\.web\.replica/,
    '→ fix the file; or name the topology after the command',
  ],
  ['a version of nothing', file({}), ['plan', '--version', '1.0.0'], 64, /shop deploys no release/],
  [
    'a release that is not built',
    release(),
    ['plan'],
    1,
    /no artifact of shop 1\.0\.0: looked for .*releases\/shop-1\.0\.0\.tar\.gz/,
    '→ Build the release',
  ],
  [
    'no release at all',
    web({ deploy: { release: 'shop' } }),
    ['plan'],
    1,
    /no artifact of any version of shop/,
    '→ Build',
  ],
  [
    'an artifact that is missing',
    release({ artifact: 'nope.tar.gz' }),
    ['plan'],
    1,
    /looked for .*\/nope\.tar\.gz \(ARTIFACT_MISSING\)/,
  ],
  [
    'an artifact that is none',
    { ...release({ artifact: 'x.tar.gz' }), 'x.tar.gz': 'hello' },
    ['plan'],
    1,
    /x\.tar\.gz is broken/,
    '→ Build',
  ],
  [
    'a secret that is not exported',
    web({ environment: { A: { secret: { from: 'system', key: 'NOPE_X' } } } }),
    ['plan'],
    1,
    /lacks a variable .*NOPE_X/,
    '→ export NOPE_X',
  ],
  [
    'an Incus remote',
    file({ hosts: { here: { address: 'https://10.0.0.9:8443', platform: 'incusos' } } }),
    ['plan'],
    1,
    /host here \(https:\/\/10\.0\.0\.9:8443\) has not been added/,
    '→ on the machine of the worker, run cul8er hosts add here',
  ],
]

const ORDER: Mistake[] = [
  ...['rollback', 'restart'].map((verb): Mistake => [
    `${verb} of nothing`,
    {},
    [verb, 'nev', '--yes'],
    1,
    /topology nev was never deployed/,
    '→ cul8er deploy',
  ]),
  ...['status', 'logs', 'promote', 'abort', 'attach', 'history', 'snapshots'].map((verb): Mistake => [
    `${verb} of nothing`,
    {},
    [verb, 'nev'],
    1,
    /topology nev was never deployed/,
    '→ cul8er deploy',
  ]),
  ['exec in nothing', {}, ['exec', 'nev', 'web', '--', 'ls'], 1, /topology nev was never deployed/],
  ['forgetting nothing', {}, ['state', 'forget', 'nev', '--yes'], 1, /topology nev was never deployed/],
  ['destroying nothing', {}, ['destroy', 'nev', '--yes'], 0, /✔ nev is not deployed here: there is nothing to destroy/],
  [
    'a restore from nowhere',
    {},
    ['restore', 'nev', '--yes'],
    64,
    /give one of --snapshot, --from and --from-replica/,
    '→ cul8er snapshots lists snapshots',
  ],
  ['an operation in words', {}, ['history', 'nev', 'op-x'], 64, /expected an operation such as 'op-5'/],
  [
    'a plan that is not there',
    {},
    ['deploy', '--plan', 'nope.plan', '--yes'],
    64,
    /nope\.plan cannot be read/,
    '→ make one with cul8er plan --out',
  ],
  [
    'a plan that is none',
    { 'a.plan': 'hello' },
    ['deploy', '--plan', 'a.plan', '--yes'],
    64,
    /a\.plan is not a saved plan/,
    '→ make one',
  ],
  [
    'a state that is not there',
    {},
    ['state', 'import', 'nope'],
    64,
    /nope cannot be read/,
    '→ give the path of a file',
  ],
  ['a state that is none', { s: '{}' }, ['state', 'import', 's', '--yes'], 64, /this is not an exported state/],
  ['a ttl in words', {}, ['ttl', 'set', 'soon'], 64, /"soon": expected a duration such as '10s'/],
]

let folders = 0
async function answer(
  files: Files,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ exit: number; text: string }> {
  const folder = join(home.folder, `mistake-${(folders += 1)}`)
  mkdirSync(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const { exit, stdout, stderr } = await home.cul8er(args, env, folder)
  return { exit, text: `${stdout}${stderr}` }
}

describe.each([
  ['in the file', FILE],
  ['in the world', WORLD],
  ['in the order of commands', ORDER],
])('a mistake %s', (_, mistakes) => {
  it.each(mistakes)('%s', async (...[, files, args, exit, ...says]) => {
    const found = await answer(files, args)
    for (const say of says) {
      if (typeof say === 'string') expect(found.text).toContain(say)
      else expect(found.text).toMatch(say)
    }
    expect(found.exit).toBe(exit)
  })
})

it('a home that is a file', async () => {
  const { exit, text } = await answer({ home: '' }, ['status', 'shop'], { CUL8ER_HOME: 'home' })
  expect(text).toMatch(/^✘ the home .*home is a file, and has to be a folder \(USAGE\)\n→ set CUL8ER_HOME to a folder/)
  expect(exit).toBe(64)
})

it('a home that cannot be made', async () => {
  const { exit, text } = await answer({ file: '' }, ['status', 'shop'], { CUL8ER_HOME: 'file/home' })
  expect(text).toMatch(/^✘ the home .*file\/home cannot be used \(ENOTDIR\) \(USAGE\)\n→ set CUL8ER_HOME to a folder/)
  expect(exit).toBe(64)
})

it('a Temporal that ends at once', async () => {
  const env = { CUL8ER_HOME: 'home', TEMPORAL_CLI: '/bin/false' }
  const { exit, text } = await answer(web({}), ['plan'], env)
  expect(text).toMatch(
    /^✘ the embedded service does not start: Temporal does not become ready: \S+ ended with exit 1 \(/,
  )
  expect(text).toContain('→ cul8er service logs shows why')
  expect(exit).toBe(1)
})

it('there are at least sixty', () => {
  expect(FILE.length + WORLD.length + ORDER.length).toBeGreaterThanOrEqual(60)
})
