import { expect, test } from 'vitest'
import { palette } from '../../../src/cli/palette.js'
import { hostsText } from '../../../src/cli/render/hosts.js'
import type { HostRow } from '../../../src/contracts/index.js'

const row = (name: string, site?: string): HostRow => ({
  ...{ name, address: 'localhost', kind: 'local', platform: 'debian', reachable: true, incus: '6.0.4' },
  ...{ architecture: null, vms: null, cpus: null, memory: null, pools: [], cordoned: null, instances: null },
  ...(site === undefined ? {} : { site }),
})

test.each<[string, HostRow[], RegExp, boolean]>([
  ['no site', [row('a'), row('b')], /\ba +localhost +debian\b/, false],
  ['a site', [row('a'), row('b', 'home')], /\bb +localhost +home +debian\b/, true],
])('hosts of %s', (_, hosts, line, headed) => {
  const text = hostsText(hosts, palette({ isTTY: false }, {}))
  expect(text).toMatch(line)
  expect(/\baddress +site\b/.test(text)).toBe(headed)
})
