import type { ConfigFor } from './route.js'

/**
 * What a text of OpenSSH's configuration says, by host. Nothing is run to find out: `Match exec` is never met, and no name is made canonical,
 * for which the parser would wait for nslookup.
 */
export async function configOf(text: string): Promise<ConfigFor> {
  const { default: SSHConfig } = await import('ssh-config')
  const parsed = SSHConfig.parse(text)
  for (const line of parsed) {
    if ('config' in line) line.config = line.config.filter((each) => !isCanonical(each)) as typeof line.config
  }
  return (host, user) =>
    parsed.compute({ Host: host, ...(user === null ? {} : { User: user }) }, { ignoreCase: true, matchExec: false })
}

const isCanonical = (line: object): boolean => 'param' in line && /^canonicaldomains$/i.test(String(line.param))
