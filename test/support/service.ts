import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

const cli = fileURLToPath(new URL('../../bin/cul8er', import.meta.url))

/** Ends the embedded service of a home. */
export async function stopService(home: string): Promise<void> {
  await execa(cli, ['service', 'stop'], { env: { CUL8ER_HOME: home }, reject: false, timeout: 60_000 })
}
