import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const folder = fileURLToPath(new URL('../../../.github', import.meta.url))
const read = (name: string): Record<string, unknown> =>
  parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>

interface Job {
  needs?: string
  permissions?: Record<string, string>
  steps: { uses?: string; run?: string }[]
}
const jobs = (name: string): [string, Job][] => Object.entries(read(`workflows/${name}`).jobs as Record<string, Job>)

test.each(readdirSync(join(folder, 'workflows')))('%s may only read, and names versions of its actions', (name) => {
  expect(read(`workflows/${name}`).permissions).toEqual({ contents: 'read' })
  const uses = jobs(name).flatMap(([, { steps }]) => steps.flatMap((step) => step.uses ?? []))
  expect(uses.length).toBeGreaterThan(0)
  for (const each of uses) expect(each).toMatch(/^actions\/[a-z-]+@(v\d+|[0-9a-f]{40})$/)
})

test('only what publishes may write, and only after the tests', () => {
  const writing = jobs('release.yml').filter(([, { permissions }]) => permissions !== undefined)
  expect(writing).toMatchObject([
    ['publish', { needs: 'pack', permissions: { contents: 'write', 'id-token': 'write' } }],
  ])
  expect(jobs('release.yml').find(([name]) => name === 'pack')?.[1].needs).toBe('test')
})

test('what may write or has a token runs nothing that others wrote', () => {
  const runs = jobs('release.yml')
    .filter(([, job]) => job.permissions !== undefined || JSON.stringify(job).includes('secrets.'))
    .flatMap(([, { steps }]) => steps.flatMap(({ run }) => run ?? []))
  expect(runs.length).toBeGreaterThan(0)
  for (const run of runs) {
    expect(run).not.toMatch(/npm (ci|install|pack|run|test|exec)|npx|\$\{\{/)
    if (run.includes('npm publish')) expect(run).toContain('--ignore-scripts')
  }
})

test.each(['bug.yml', 'feature.yml'])('%s asks for something, with an id for each field', (name) => {
  const { body } = read(`ISSUE_TEMPLATE/${name}`) as { body: { type: string; id?: string }[] }
  const ids = body.filter(({ type }) => type !== 'markdown').map(({ id }) => id)
  expect(ids.length).toBeGreaterThan(1)
  expect([new Set(ids).size, ids.includes(undefined)]).toEqual([ids.length, false])
})

test('scripts that workflows run are there', () => {
  const root = join(folder, '..')
  const runs = ['ci.yml', 'release.yml'].flatMap((name) =>
    jobs(name).flatMap(([, { steps }]) => steps.map(({ run = '' }) => run)),
  )
  const scripts = runs.flatMap((run) => [...run.matchAll(/\bscripts\/[\w/.-]+/g)].map(([path]) => path))
  expect(scripts.length).toBeGreaterThan(2)
  for (const script of scripts) expect(readFileSync(join(root, script), 'utf8')).not.toBe('')
})
