import type { ConfigFor } from './route.js'

/**
 * What a text of OpenSSH's configuration says, by host. `Match exec` is never met: nothing is run to find out.
 */
export async function configOf(text: string): Promise<ConfigFor> {
  const { default: SSHConfig } = await import('ssh-config')
  const parsed = SSHConfig.parse(text)
  return (host, user) =>
    parsed.compute({ Host: host, ...(user === null ? {} : { User: user }) }, { ignoreCase: true, matchExec: false })
}
