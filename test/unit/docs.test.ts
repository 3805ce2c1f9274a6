import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { afterAll, describe, expect, test } from 'vitest'
import { createApp } from '../../src/cli/command.js'
import { createProgram } from '../../src/cli/program.js'
import { ExitCode } from '../../src/errors.js'
import { loadTopologies } from '../../src/loaders/load.js'

/* What the documents say against what there is: links, commands, options, codes, topologies. */

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = ['README.md', 'CONTRIBUTING.md', ...pagesIn('docs')].map((page) => ({ page, text: read(page) }))
const byPage = pages.map(({ page, text }): [string, string] => [page, text])

function pagesIn(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name))
}

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

describe('links', () => {
  test.each(byPage)('%s', (page, text) => {
    const links = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
    const broken = links.filter((target) => !/^https?:/.test(target) && !leadsSomewhere(page, target))
    expect(broken).toEqual([])
  })

  test('the README names every page', () => {
    const targets = [...read('README.md').matchAll(/\]\((docs\/[^)#]+)\)/g)].map(([, target]) => target)
    expect([...new Set(targets)].sort()).toEqual(pagesIn('docs').sort())
  })
})

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? join(root, page) : resolve(root, dirname(page), path)
  if (!existsSync(file)) return false
  return anchor === undefined || headings(readFileSync(file, 'utf8')).includes(anchor)
}

/** Anchors as GitHub makes them. */
const headings = (text: string): string[] =>
  [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

const prose = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '')

const blocks = (text: string, ...languages: string[]): string[] =>
  [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].flatMap(([, language = '', block = '']) =>
    languages.includes(language) ? [block] : [],
  )

const terminal = { env: {}, cwd: root, interactive: false, stdin: process.stdin, stdout: { write: () => true } }
const program = createProgram(createApp({ ...terminal, stderr: terminal.stdout }), '0') as unknown as Command

describe('commands', () => {
  test.each(byPage)('%s', (_page, text) => {
    expect(commandLines(text).flatMap(problems)).toEqual([])
  })

  test.each(program.commands.map((command) => [command.name()]))('docs/commands.md tells of %s', (name) => {
    if (!name.startsWith('__')) expect(read('docs/commands.md')).toMatch(new RegExp(`cul8er ${name}\\b`))
  })

  test('a command and an option that there are not would be found', () => {
    expect(commandLines('`cul8er depoly`, `cul8er -f x plan --soon` and `--soon`').flatMap(problems)).toEqual([
      'cul8er depoly: no command depoly',
      'cul8er -f x plan --soon: no option --soon',
    ])
  })
})

/** The words after `cul8er`, in code spans and in lines that a reader types. */
function commandLines(text: string): string[] {
  const spans = [...prose(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
  const typed = blocks(text, 'console').flatMap((block) => block.split('\n').filter((line) => line.startsWith('$ ')))
  return [
    ...spans,
    ...typed.flatMap((line) =>
      line
        .slice(2)
        .replace(/ #.*$/, '')
        .split(/ && | \| /),
    ),
  ].flatMap((line) => /^(?:\w+=\S+ |time )*(?:\.\/bin\/)?cul8er (.+)$/.exec(line.trim())?.slice(1) ?? [])
}

function problems(line: string): string[] {
  const wrong = (what: string): string => `cul8er ${line}: ${what}`
  // Brackets are how usage is written: `[--yes]`, `[service|worker]`.
  const words = line.replaceAll(/[[\]]/g, ' ').split(/\s+/).filter(Boolean)
  let command = program
  const found: string[] = []
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? ''
    if (word.startsWith('-') && word !== '-') {
      const option = optionsOf(command).find(({ short, long }) => [short, long].includes(word.split('=')[0]))
      if (option === undefined) found.push(wrong(`no option ${word}`))
      else if (option.required) i += 1
    } else if (command.commands.length > 0 && !isPlaceholder(word)) {
      if (word === 'help') return found
      const next = command.commands.find((each) => each.name() === word)
      if (next === undefined) return [...found, wrong(`no command ${word}`)]
      command = next
    }
  }
  return found
}

const optionsOf = (command: Command): { short?: string; long?: string | null; required: boolean }[] => [
  ...command.options.map(({ short, long, required }) => ({ short, long, required })),
  ...program.options.map(({ short, long, required }) => ({ short, long, required })),
  { short: '-h', long: '--help', required: false },
]

const isPlaceholder = (word: string): boolean => /^[A-Z…]/.test(word)

describe('codes', () => {
  const codes = [...read('src/errors.ts').matchAll(/^ {2}\| '([A-Z_]+)'$/gm)].map(([, code = '']) => code)

  test('the troubleshooting page has every error code, and none besides', () => {
    const rows = [...read('docs/troubleshooting.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code)
    expect(codes.length).toBeGreaterThan(30)
    expect(rows.sort()).toEqual(codes.sort())
  })

  test('the page of commands has every exit code', () => {
    const section = /## Exit codes\n([\s\S]*?)\n## /.exec(read('docs/commands.md'))?.[1] ?? ''
    const rows = [...section.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
    expect(rows).toEqual(Object.values(ExitCode))
  })
})

describe('topologies', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cul8er-docs-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const shown = pages.flatMap(({ page, text }) =>
    blocks(text, 'ts').flatMap((block): [string, string][] =>
      block.includes('export default defineTopology(') ? [[page, block]] : [],
    ),
  )
  // The strategy pages show a part: it stands in a topology here.
  const parts = pages.flatMap(({ page, text }) =>
    blocks(text, 'ts').flatMap((block): [string, string][] =>
      /^(strategy|healthcheck|environment): \{/.test(block) ? [[page, block]] : [],
    ),
  )

  test.each(shown)('%s shows one that is valid', async (_page, block) => {
    expect(await loaded(block)).toHaveLength(1)
  })

  test.each(parts)('%s shows a part that is valid', async (_page, block) => {
    const [top, within] = block.startsWith('strategy') ? [block, ''] : ['', block]
    expect(await loaded(whole(top, within))).toHaveLength(1)
  })

  test('there are some', () => {
    expect([shown.length >= 2, parts.length >= 5]).toEqual([true, true])
  })

  async function loaded(text: string): Promise<unknown[]> {
    const file = join(folder, 'cul8er.config.ts')
    writeFileSync(file, text)
    return loadTopologies(file)
  }
})

const whole = (top: string, within: string): string => `import { defineTopology, secret } from 'cul8er'
void secret
export default defineTopology('shown', {
  hosts: { here: { address: 'localhost', platform: 'debian' } },
  resources: { app: { image: 'cul8er/tiny', replicas: 2, network: { expose: [{ port: 4000 }] }, ${within.trim()} } },
  ${top.trim()}
})
`
