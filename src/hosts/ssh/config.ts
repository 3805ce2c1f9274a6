import type { ConfigPart } from './config-files.js'
import type { ConfigFor } from './route.js'

/**
 * What OpenSSH's configuration says, by host. Nothing is run to find out: `Match exec` is never met, and no name is made canonical, for
 * which the parser would wait for nslookup.
 */
export async function configOf(parts: readonly ConfigPart[]): Promise<ConfigFor> {
  const { default: SSHConfig } = await import('ssh-config')
  const computed = (text: string, ...[host, user]: Parameters<ConfigFor>): ReturnType<ConfigFor> => {
    const parsed = SSHConfig.parse(text)
    for (const line of parsed) {
      if ('config' in line) line.config = line.config.filter((each) => !isCanonical(each)) as typeof line.config
    }
    const asked = { Host: host, ...(user === null ? {} : { User: user }) }
    return parsed.compute(asked, { ignoreCase: true, matchExec: false })
  }
  return (host, user) => {
    const met = (block: string): boolean => computed(`${block}\n Tag met`, host, user).tag !== undefined
    const counting = parts.filter(({ within }) => within.every(met))
    return computed(counting.map(({ text }) => text).join('\n'), host, user)
  }
}

const isCanonical = (line: object): boolean => 'param' in line && /^canonicaldomains$/i.test(String(line.param))
