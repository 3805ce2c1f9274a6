import type { AnyAuthMethod, ParsedKey } from 'ssh2'
import { Cul8erError } from '../../errors.js'
import { agentKeys, type AgentKeys } from './agent.js'
import { fingerprint } from './fingerprint.js'
import { shownHop, type Hop, type KeyFile } from './hop.js'
import { readKeyFile } from './key-file.js'

/** What a login is tried with, in this order. */
export interface Login {
  tries: { shown: string; method: AnyAuthMethod }[]
  /** What is not tried, and why; for a refusal. */
  unused: string[]
}

export interface LoginOptions {
  /** The host of the topology that it is for. */
  host: string
  /** Of the key that the topology names; null: it has none. */
  passphrase: () => Promise<string | null>
}

/**
 * Finds what to log in with: the keys by preference, each from its file or, where that is encrypted, from the agent, and then what else
 * the agent holds.
 * @throws Cul8erError PERMISSION for a key that the topology names and that cannot be used; what `passphrase` throws
 */
export async function loginFor(hop: Hop, { host, passphrase }: LoginOptions): Promise<Login> {
  const held: AgentKeys = hop.agent === null ? { keys: [], failed: null } : await agentKeys(hop.agent)
  const tries: Login['tries'] = []
  const unused: string[] = held.failed === null ? [] : [`the agent at ${hop.agent} ${held.failed}`]
  const taken: ParsedKey[] = []
  const inAgent = (publicKey: Buffer | null) =>
    publicKey === null ? undefined : held.keys.find(({ key }) => key.getPublicSSH().equals(publicKey))
  for (const file of hop.keys) {
    const found = await readKeyFile(file.path, file.from === 'topology' ? passphrase : none)
    const fromAgent = found.is === 'encrypted' ? inAgent(found.publicKey) : undefined
    if (found.is === 'key') {
      tries.push(tryOf(file.path, found.key, { type: 'publickey', username: hop.user, key: found.key }))
      taken.push(found.key)
    } else if (fromAgent !== undefined) {
      const { key, agent } = fromAgent
      tries.push(tryOf(`${file.path} in the agent`, key, { type: 'agent', username: hop.user, agent }))
      taken.push(key)
    } else {
      const refused = refusal(file, found, held)
      if (file.from === 'topology') throw unusable(host, hop, refused)
      if (found.is !== 'missing' || file.from === 'config') unused.push(`${file.path} ${refused.why}`)
    }
  }
  const rest = hop.onlyKeys ? [] : held.keys.filter(({ key }) => !taken.some((other) => same(other, key)))
  return {
    unused,
    tries: [
      ...tries,
      ...rest.map(({ key, agent }) =>
        tryOf(`${key.comment || 'a key'} in the agent`, key, { type: 'agent', username: hop.user, agent }),
      ),
    ],
  }
}

const none = async (): Promise<null> => null

const same = (one: ParsedKey, other: ParsedKey): boolean => one.getPublicSSH().equals(other.getPublicSSH())

const tryOf = (shown: string, key: ParsedKey, method: AnyAuthMethod): Login['tries'][number] => ({
  shown: `${shown} (${fingerprint(key.getPublicSSH())})`,
  method,
})

interface Refusal {
  path: string
  why: string
  hint: string
}

function refusal(
  { path }: KeyFile,
  found: Exclude<Awaited<ReturnType<typeof readKeyFile>>, { is: 'key' }>,
  { failed }: AgentKeys,
): Refusal {
  switch (found.is) {
    case 'missing':
      return { path, why: 'does not exist', hint: 'the path is looked up on the machine of the worker, for its user' }
    case 'encrypted':
      return {
        path,
        why: `is encrypted, and ${failed === null ? 'the agent does not hold it' : 'the agent does not answer'}`,
        hint: `give credentials.ssh.passphrase, or run \`ssh-add ${path}\` where the worker is`,
      }
    case 'unfit':
      return { path, why: found.why, hint: found.hint }
  }
}

const unusable = (host: string, hop: Hop, { path, why, hint }: Refusal): Cul8erError =>
  new Cul8erError('PERMISSION', `host ${host}: the SSH key ${path} for ${shownHop(hop)} ${why}`, {
    hint,
    details: { host },
  })
