import { expect, it } from 'vitest'
import { unsupported } from '../../../src/topology/unsupported.js'
import { whatRuns } from '../../../src/topology/what-runs.js'
import { declaration, said, parsed } from './sample.js'

/* The passphrase of an SSH key: where the worker gets it, and never the words themselves. */

const ssh = (written: object) =>
  declaration({ hosts: { web: { address: 'deploy@10.0.0.1', platform: 'debian', credentials: { ssh: written } } } })
const from = (where: string, key?: string) => ({ secret: { from: where, ...(key === undefined ? {} : { key }) } })
const KEY = '~/.ssh/deploy'

it('is kept as a reference', () => {
  const topology = parsed(ssh({ key: KEY, passphrase: from('command', 'pass show deploy') }))
  expect(topology.hosts.web?.credentials).toEqual({
    ssh: { key: KEY, passphrase: { from: 'command', key: 'pass show deploy' } },
  })
  expect(whatRuns(topology)).toContain('host web: for the passphrase of that key the worker runs "pass show deploy"')
  expect(parsed(ssh({ key: KEY })).hosts.web?.credentials).toEqual({ ssh: { key: KEY } })
})

const AT = 'hosts.web.credentials.ssh.passphrase'
it.each<[object, string]>([
  [{ key: KEY, passphrase: 'open sesame' }, `${AT}: found`],
  [{ key: KEY, passphrase: from('system', 'WORDS') }, `${AT}.secret.from: found 'system', allowed 'file' or 'command'`],
  [{ key: KEY, passphrase: from('file') }, `${AT}.secret.key: found nothing, allowed the path of the file`],
  [{ passphrase: from('file', '/x') }, `${AT}: found a passphrase without a key, allowed it beside key only`],
])('%j is refused', (written, message) => {
  const found = said(ssh(written))
  expect(found).toEqual([expect.stringContaining(message)])
  expect(found.join()).not.toContain('sesame')
})

it('from Vault is not there yet', () =>
  expect(unsupported(parsed(ssh({ key: KEY, passphrase: from('vault', 'x') })))).toEqual([
    { path: AT, what: 'secrets from Vault are not supported yet' },
  ]))
