import { execaSync } from 'execa'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../../src/cli/command.js'
import { commandWords, globalWords } from '../../../src/cli/completion-words.js'
import { createProgram } from '../../../src/cli/program.js'
import { typedSoFar } from '../../../src/cli/typed-so-far.js'
import { STRATEGIES } from '../../../src/strategies/registry.js'
import { cul8er } from './terminal.js'

let cwd = ''
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'cul8er-completion-'))
  writeFileSync(join(cwd, 'completion.bash'), (await cul8er(['completion', 'bash'])).stdout)
  for (const file of ['shop.yaml', 'shop.ts', 'shop.plan', 'a file.json']) writeFileSync(join(cwd, file), '')
  mkdirSync(join(cwd, 'shops'))
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

/** What bash offers for the last word; names are what was asked for, with the words that were passed on. */
function complete(line: string, answer = 'printf "%s\\n" "asked:$*"'): string[] {
  const words = line.split(' ')
  return execaSync(
    'bash',
    [
      '-c',
      `. ./completion.bash; cul8er() { ${answer}; }; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cul8er; printf '%s\\n' "\${COMPREPLY[@]}"`,
      'bash',
      ...words,
    ],
    { cwd },
  ).stdout.split('\n')
}

describe('in bash', () => {
  test.each([
    ['cul8er de', ['deploy', 'destroy']],
    ['cul8er --js', ['--json']],
    ['cul8er help rol', ['rollback']],
    ['cul8er deploy --dr', ['--dry-run']],
    ['cul8er deploy --re', ['--refresh-images']],
    ['cul8er -f x.ts deploy --ye', ['--yes']],
    ['cul8er --file = x.ts deploy --ye', ['--yes']],
    ['cul8er service sto', ['stop']],
    ['cul8er service stop --ye', ['--yes']],
    ['cul8er state import --fr', ['--from-hosts']],
    ['cul8er service logs w', ['worker']],
    ['cul8er completion ', ['bash', 'zsh', 'fish', '--json', '--quiet', '--file', '--address', '--namespace']],
    ['cul8er plan --strategy b', ['blueGreen']],
    ['cul8er plan --strategy = b', ['blueGreen']],
    ['cul8er plan --strategy=b', ['--strategy=blueGreen']],
    ['cul8er deploy --strategy ', STRATEGIES.map(({ name }) => name)],
    ['cul8er deploy --strategy =', STRATEGIES.map(({ name }) => name)],
    ['cul8er deploy --address ', ['']],
    ['cul8er deploy --version ', ['']],
    ['cul8er exec web -- l', ['']],
  ])('%s', (line, offered) => {
    expect(complete(line)).toEqual(offered)
  })

  test.each([
    ['cul8er deploy ', '__topologies -- deploy'],
    ['cul8er -f x.ts destroy --yes --without ', '__hosts -- -f x.ts destroy --yes --without'],
    ['cul8er rollback shop --to ', '__revisions -- rollback shop --to'],
    ['cul8er rollback shop --to =', '__revisions -- rollback shop --to'],
    ['cul8er restore shop --snapshot ', '__snapshots -- restore shop --snapshot'],
    ['cul8er restore shop --resource ', '__resources -- restore shop --resource'],
    ['cul8er snapshot create --resource ', '__resources -- snapshot create --resource'],
    ['cul8er snapshot delete shop ', '__snapshots -- snapshot delete shop'],
    ['cul8er history shop ', '__operations -- history shop'],
    ['cul8er logs --operation ', '__operations -- logs --operation'],
    ['cul8er logs shop ', '__instances -- logs shop'],
    ['cul8er exec shop ', '__instances -- exec shop'],
    ['cul8er restart shop ', '__instances -- restart shop'],
    ['cul8er state forget ', '__topologies -- state forget'],
    ['cul8er ttl set ', '__topologies -- ttl set'],
    ['cul8er images refresh ', '__images -- images refresh'],
    ['cul8er init --image ', '__images -- init --image'],
  ])('%s asks for %s', (line, asked) => {
    expect(complete(line)).toContain(`asked:${asked}`)
  })

  test.each([
    ['cul8er -f ', ['a file.json', 'shop.ts', 'shop.yaml', 'shops']],
    ['cul8er validate --file shop', ['shop.ts', 'shop.yaml', 'shops']],
    ['cul8er deploy --plan shop.p', ['shop.plan']],
    ['cul8er plan --out shop.p', ['shop.plan']],
  ])('%s offers files', (line, files) => {
    expect(complete(line).sort()).toEqual(files)
  })

  test('state import offers files beside its options', () => {
    expect(complete('cul8er state import s').sort()).toEqual(['shop.plan', 'shop.ts', 'shop.yaml', 'shops'])
  })

  test('a name is never run', () => {
    expect(complete('cul8er restore --snapshot ', "echo '$(touch ran)'; echo '`touch ran`'")).toEqual([
      '$(touch ran)',
      '`touch ran`',
    ])
    expect(execaSync('ls', [], { cwd }).stdout).not.toContain('ran')
  })
})

const hasFish = execaSync('fish', ['--version'], { reject: false }).exitCode === 0

describe.skipIf(!hasFish)('in fish (needs fish)', () => {
  beforeAll(async () => {
    writeFileSync(join(cwd, 'completion.fish'), (await cul8er(['completion', 'fish'])).stdout)
  })

  test.each([
    ['cul8er de', ['deploy', 'destroy']],
    ['cul8er --js', ['--json']],
    ['cul8er help rol', ['rollback']],
    ['cul8er -f x.ts deploy --ye', ['--yes']],
    ['cul8er service sto', ['stop']],
    ['cul8er state import --fr', ['--from-hosts']],
    ['cul8er completion ', ['bash', 'fish', 'zsh']],
    ['cul8er plan --strategy b', ['blueGreen']],
    ['cul8er plan --strategy=b', ['--strategy=blueGreen']],
    ['cul8er exec web -- l', ['']],
    ['cul8er rollback shop --to ', ['asked:__revisions -- rollback shop --to']],
    ['cul8er ttl set ', ['asked:__topologies -- ttl set']],
  ])('%s', (line, offered) => {
    const script = 'source completion.fish; function cul8er; echo "asked:$argv"; end; complete -C $argv[1]'
    const { stdout } = execaSync('fish', ['--no-config', '-c', script, line], { cwd })
    expect(stdout.split('\n').map((each) => each.split('\t')[0])).toEqual(offered)
  })
})

test('every option with a value says what it takes', () => {
  const output = { write: () => true }
  const terminal = { env: {}, cwd, interactive: false, stdout: output, stderr: output, stdin: process.stdin }
  const program = createProgram(createApp(terminal), '1.2.3')
  const taking = [...globalWords(program), ...commandWords(program).flatMap(({ options }) => options)].filter(
    ({ values }) => values?.kind === 'anything',
  )
  // An option with names that are known somewhere belongs into the table of completion-words.ts.
  expect([...new Set(taking.map(({ name }) => name))].sort()).toEqual([
    '--address',
    '--bridge',
    '--env',
    '--fingerprint',
    '--gain',
    '--lines',
    '--listen',
    '--max-parallel',
    '--name',
    '--namespace',
    '--origin',
    '--port',
    '--reason',
    '--serve-artifacts',
    '--subnet',
    '--timeout',
    '--token',
    '--user',
    '--version',
  ])
})

test('completion for fish and zsh names the same', async () => {
  const fish = (await cul8er(['completion', 'fish'])).stdout
  expect(fish).toContain(`-l strategy -x -a '${STRATEGIES.map(({ name }) => name).join(' ')}'`)
  expect(fish).toContain(`"rollback"' -l to -x -a '(__cul8er_names __revisions)'`)
  expect(fish).toContain(`"state import"' -l from-hosts`)
  expect((await cul8er(['completion', 'zsh'])).stdout).toContain('bashcompinit')
})

test.each([
  ['deploy --yes', {}, ['deploy']],
  ['-f a.ts rollback shop --to', { file: 'a.ts' }, ['rollback', 'shop']],
  ['rollback --file=a.ts --address h:1 --namespace n', { file: 'a.ts', address: 'h:1', namespace: 'n' }, ['rollback']],
  ['plan -f', { file: undefined }, ['plan']],
])('%s is typed so far', (line, options, words) => {
  expect(typedSoFar(line.split(' '))).toEqual({ options, words })
})

test('names come from the file that was typed, and from the one of the folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cul8er-names-'))
  await cul8er(['init', 'shop'], { cwd: folder })
  writeFileSync(
    join(folder, 'two.yaml'),
    ['a', 'b']
      .map(
        (name) =>
          `- name: ${name}\n  hosts: { on-${name}: { address: localhost, platform: emulated } }\n  resources: { of-${name}: { image: x } }`,
      )
      .join('\n'),
  )
  const names = async (line: string): Promise<string[]> => {
    const { stdout } = await cul8er(line.split(' '), { cwd: folder, env: { CUL8ER_HOME: join(folder, 'home') } })
    return stdout.split('\n').filter((name) => name !== '')
  }
  expect(await names('__topologies')).toEqual(['shop'])
  expect(await names('__hosts')).toEqual(['here'])
  expect(await names('__resources -- restore --resource')).toEqual(['app'])
  expect(await names('__topologies -- -f two.yaml deploy')).toEqual(['a', 'b'])
  expect(await names('__hosts -- -f two.yaml deploy --without')).toEqual(['on-a', 'on-b'])
  expect(await names('__resources -- restore b --file=two.yaml --resource')).toEqual(['of-b'])
  expect(await names('__revisions -- rollback --to')).toEqual([])
  expect(await names('__images -- init --image')).toContain('cul8er/tiny')
  expect(await names('__hosts -- -f nowhere.yaml deploy')).toEqual([])
  rmSync(folder, { recursive: true })
})
