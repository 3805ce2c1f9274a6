import { expect, it } from 'vitest'
import { restPath } from '../../../src/hosts/rest-path.js'
import { getInstance, listInstances, query, serverInfo } from '../../../src/incus/index.js'
import type { IncusCommand } from '../../../src/incus/command.js'

/* Which commands only read, and what they read. */

it.each<[string, IncusCommand, string | null]>([
  ['the host', serverInfo(), '/1.0'],
  ['an instance', getInstance('web-1'), '/1.0/instances/web-1?recursion=1'],
  ['all instances', listInstances(), '/1.0/instances?recursion=2'],
  ['those of a project', listInstances({ project: 'a&b' }), '/1.0/instances?recursion=2&project=a%26b'],
  ['those of all projects', listInstances({ allProjects: true }), '/1.0/instances?recursion=2&all-projects=true'],
  ['some of them', listInstances({ filters: ['web'] }), null],
  ['not what changes something', query('/1.0/instances/web-1', { method: 'DELETE' }), null],
  ['nor what sends data', query('/1.0/instances/web-1', { method: 'PATCH', data: {} }), null],
  ['nor another command', { args: ['delete', 'web-1'] }, null],
  ['nor a list for people', { args: ['list'] }, null],
  ['nor what is not of the API', { args: ['query', '/os/1.0'] }, null],
])('%s', (_, command, path) => {
  expect(restPath(command)).toBe(path)
})
