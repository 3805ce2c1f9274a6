import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OperationResult } from '../../../src/contracts/index.js'
import { topologyJsonSchema } from '../../../src/topology/json-schema.js'
import { typeErrors } from './consumer.js'
import { Installed, root } from './installed.js'

/* The package as people install it, on real Incus: without the checkout, its packages for development, and a home. */

const installed = new Installed()

beforeAll(() => installed.install())
afterAll(() => installed.remove())

test('the package holds what its command needs, and nothing else', async () => {
  const paths = (installed.packed?.files ?? []).map(({ path }) => path)
  const { stdout } = await execa('git', ['ls-files'], { cwd: root })
  const committed = new Set(stdout.split('\n'))
  expect(paths.filter((path) => !path.startsWith('dist/') && !committed.has(path))).toEqual([])
  expect([...new Set(paths.map((path) => path.split('/')[0]))].sort()).toEqual(
    ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'images', 'package.json', 'scripts', 'tools'].filter(
      (name) => name !== 'CHANGELOG.md' || committed.has(name),
    ),
  )
  expect(paths).toEqual(
    expect.arrayContaining([
      ...[
        'dist/cli/cul8er.cjs',
        'dist/workflow-bundle.js',
        'dist/package/index.js',
        'dist/src/index.d.ts',
        'dist/schema.json',
      ],
      ...[
        'images/tiny/recipe',
        'images/build',
        'scripts/setup/host',
        'scripts/setup/temporal',
        'tools/temporal/go.mod',
      ],
    ]),
  )
  expect(paths.filter((path) => /\.v8$|\/(test|bench)\/|(^|\/)\.lock$/.test(path))).toEqual([])
  for (const name of ['esbuild', 'typescript', 'vitest', 'webpack-cli'])
    expect(existsSync(join(installed.package, 'node_modules', name))).toBe(false)
})

test('the walk of the README, from an empty folder', { timeout: 120_000 }, async () => {
  const [install, setup, ...walk] = [
    ...Installed.linesOf('README.md', 'Install'),
    ...Installed.linesOf('README.md', 'A first deploy'),
  ]
  expect([install, setup]).toEqual([
    'npm install -g cul8er',
    expect.stringMatching(/^sudo .*scripts\/setup\/host" edge tiny$/),
  ])
  expect(walk.filter((line) => /^cul8er (init|deploy|status|destroy)/.test(line))).toHaveLength(4)
  let folder = '.'
  for (const line of walk) {
    // Nobody is there to ask.
    const asked = /^cul8er (deploy|destroy)/.test(line) ? `${line} --yes` : line
    const { exit, stdout, stderr } = await installed.run(`cd ${folder} && ${asked}`)
    expect([line, exit, exit === 0 ? '' : stderr]).toEqual([line, line === 'cul8er plan' ? 2 : 0, ''])
    if (line.startsWith('cul8er status')) expect(stdout).toContain('hello: healthy')
    folder = / cd (\S+)$/.exec(line)?.[1] ?? folder
  }
})

test('a release: deployed, updated, rolled back, removed', { timeout: 120_000 }, async () => {
  const made = await installed.run(GREETER)
  expect(made.exit).toBe(0)
  writeFileSync(join(installed.change, 'cul8er.config.ts'), TOPOLOGY)
  const outcomes: unknown[] = []
  for (const line of ['deploy', 'deploy --version 1.1.0', 'rollback', 'destroy']) {
    const { stdout, stderr } = await installed.run(`cul8er --json ${line} --yes`)
    const { outcome } = JSON.parse(stdout || '{}') as Partial<OperationResult>
    const answer = line === 'destroy' ? '' : (await installed.run('curl --silent localhost:17341')).stdout
    outcomes.push([line, outcome ?? stderr, answer])
  }
  expect(outcomes).toEqual([
    ['deploy', 'succeeded', 'hello from 1.0.0'],
    ['deploy --version 1.1.0', 'succeeded', 'hello from 1.1.0'],
    ['rollback', 'succeeded', 'hello from 1.0.0'],
    ['destroy', 'succeeded', ''],
  ])
})

test('an upgrade carries on an operation that is in progress', { timeout: 240_000 }, async () => {
  const canary = "approach: 'canary', steps: [{ weight: 50, pause: 'manual' }], healthcheck"
  writeFileSync(join(installed.change, 'cul8er.config.ts'), TOPOLOGY.replace('healthcheck', canary))
  const answered = async (line: string): Promise<unknown> =>
    JSON.parse((await installed.run(`cul8er --json ${line}`)).stdout || 'null')
  expect(await answered('deploy --yes')).toMatchObject({ outcome: 'succeeded' })
  const { operation } = (await answered('deploy --version 1.1.0 --yes --detach')) as OperationResult
  const waits = async (): Promise<string> => (await installed.run('cul8er status')).stdout
  await expect.poll(waits, { timeout: 60_000 }).toContain('until a promote')

  const before = installed.record()
  await installed.upgrade('99.0.0')
  expect((await installed.run('cul8er --version')).stdout).toBe('99.0.0')
  expect((await installed.run('curl --silent localhost:17341')).stdout).toMatch(/^hello from 1\.[01]\.0$/)
  // The first command of the newer version.
  expect(await waits()).toContain('until a promote')
  await expect.poll(() => installed.record()?.worker?.pid ?? null, { timeout: 20_000 }).not.toBeNull()
  const after = installed.record()
  expect(after?.worker?.pid).not.toBe(before?.worker?.pid)
  expect(after?.temporal).toEqual(before?.temporal)

  expect((await installed.run('cul8er promote')).exit).toBe(0)
  expect(await answered('attach')).toMatchObject({ operation, outcome: 'succeeded' })
  expect((await installed.run('curl --silent localhost:17341')).stdout).toBe('hello from 1.1.0')
  expect((await installed.run('cul8er plan --version 1.1.0')).stdout).toContain('nothing to change')
  expect(await answered('destroy --yes')).toMatchObject({ outcome: 'succeeded' })
})

test('a first topology has types and loads, in an empty folder', { timeout: 120_000 }, async () => {
  const made = await installed.run('mkdir -p first && cd first && cul8er init first --json && cul8er validate')
  expect([made.exit, made.stdout]).toEqual([0, expect.stringContaining('"linked":"node_modules/cul8er"')])
  const folder = join(installed.change, 'first')
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const check = async (...words: string[]): Promise<string> =>
    (
      await execa(
        process.execPath,
        [compiler, '--noEmit', '--strict', '--skipLibCheck', ...words, 'cul8er.config.ts'],
        {
          cwd: folder,
          reject: false,
        },
      )
    ).stdout
  expect(await check('--module', 'nodenext', '--target', 'es2022')).toBe('')
  expect(await check('--module', 'preserve', '--moduleResolution', 'bundler', '--target', 'es2022')).toBe('')
  expect(await check()).toBe('')
  const file = join(folder, 'cul8er.config.ts')
  writeFileSync(file, readFileSync(file, 'utf8').replace("type: 'container'", "type: 'contaner'"))
  expect(await check('--module', 'nodenext', '--target', 'es2022')).toContain('\'"contaner"\' is not assignable')
})

test('the checkout was out of reach', async () => {
  const { exit } = await installed.run(`[ -e ${join(root, 'package.json')} ]`)
  expect(exit).toBe(installed.hidesCheckout ? 1 : 0)
})

test('it knows the recipes of the images', async () => {
  const { exit, stdout } = await installed.run('PATH=$PATH:/usr/bin:/bin cul8er --json images')
  expect(exit).toBe(0)
  const { images } = JSON.parse(stdout) as { images: { name: string; update: string }[] }
  expect(images.find(({ name }) => name === 'tiny')).toMatchObject({ update: 'none' })
})

test('the schema of the package is what the command prints', () => {
  const schema = readFileSync(join(installed.package, 'dist', 'schema.json'), 'utf8')
  expect(JSON.parse(schema)).toEqual(JSON.parse(JSON.stringify(topologyJsonSchema())))
})

test('a program that imports it has its types checked, however it resolves modules', { timeout: 120_000 }, async () => {
  const ways = [
    { module: 'NodeNext', resolution: 'NodeNext' },
    { module: 'ESNext', resolution: 'Bundler' },
  ]
  expect(await Promise.all(ways.map((way) => typeErrors(installed, way)))).toEqual(['', ''])
})

const GREETER = `mkdir -p app/bin app/www releases && cat > app/bin/greeter <<'END'
#!/bin/sh
exec busybox httpd -f -p 4000 -h www
END
chmod +x app/bin/greeter && echo ok > app/www/health && for version in 1.0.0 1.1.0; do
  echo "hello from $version" > app/www/index.html && tar -C app -czf releases/greeter-$version.tar.gz .
done`

const TOPOLOGY = `import { defineTopology } from 'cul8er'
export default defineTopology('packaged', {
  hosts: { here: { address: 'localhost', platform: 'debian' } },
  resources: {
    app: {
      image: 'cul8er/tiny',
      limits: { memory: '64MiB' },
      network: { expose: [{ port: 4000, as: 17341 }] },
      deploy: { release: 'greeter', version: '1.0.0' },
    },
  },
  strategy: { healthcheck: { endpoint: 'http://localhost:4000/health', interval: '200ms', minHealthyTime: '500ms', deadline: '20s' } },
})
`
