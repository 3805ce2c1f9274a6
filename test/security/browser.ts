import { execa } from 'execa'
import { existsSync } from 'node:fs'

const BROWSER = '/usr/bin/chromium-headless-shell'

/** A test that needs one says so by name where there is none (scripts/setup/packages browser). */
export const canBrowse = process.platform === 'linux' && existsSync(BROWSER)

/** What a browser makes of an address, the words alone; every name leads to `leadsTo`, if given. */
export async function shown(url: string, leadsTo?: string): Promise<string> {
  const args = [
    ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
    ...(leadsTo === undefined ? [] : [`--host-resolver-rules=MAP * ${leadsTo}`]),
    ...['--virtual-time-budget=20000', '--dump-dom', url],
  ]
  const { stdout } = await execa(BROWSER, args, { timeout: 60_000 })
  return stdout
    .replace(/<(script|style)\b.*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
}
