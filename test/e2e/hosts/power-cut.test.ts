import { createInterface } from 'node:readline'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationResult } from '../../../src/contracts/index.js'
import { canRunLab } from '../../support/lab/can-run.js'
import { Lab } from '../../support/lab/lab.js'
import { until } from '../../support/until.js'
import { Home } from '../service/home.js'
import { declare, instancesOf, urlOf, writeRelease } from './fleet.js'

const NAME = 'cut'

describe.skipIf(!canRunLab())(
  'a host that loses its power in a deploy (needs root, Incus and sshd)',
  { timeout: 120_000 },
  () => {
    const home = new Home()
    let lab: Lab
    const declared = (hostTimeout: string): Promise<string[]> =>
      declare(home, { name: NAME, lab, strategy: { approach: 'blueGreen', keep: '0s', maxParallel: 3, hostTimeout } })
    const deploy = async (hostTimeout: string, version: string): Promise<unknown> =>
      home.json(['deploy', '--yes', ...(await declared(hostTimeout)), '--version', version])
    const everywhere = (): Promise<string[][]> => Promise.all(lab.hosts.map(instancesOf))
    const answer = (n: number): Promise<string> =>
      fetch(urlOf(lab.hosts[n - 1]!), { signal: AbortSignal.timeout(2_000) }).then((response) => response.text())
    const answers = (): Promise<string[]> => Promise.all([1, 2, 3].map(answer))

    /** Deploys, and does something once it has done a step. */
    async function deployUntil(
      hostTimeout: string,
      version: string,
      step: string,
      act: () => Promise<void>,
    ): Promise<OperationResult> {
      const words = ['deploy', '--yes', '--json', ...(await declared(hostTimeout)), '--version', version]
      const running = home.start(words)
      const lines = createInterface({ input: running.stderr })
      const acted = (async () => {
        for await (const line of lines) if (line.startsWith(`✔ ${step}`)) return act()
        throw new Error(`no step ${step}`)
      })()
      const [{ stdout }] = await Promise.all([running, acted])
      return JSON.parse(stdout) as OperationResult
    }

    beforeAll(async () => {
      lab = await Lab.up({ hosts: 3, name: 'cut' })
      for (const version of ['1.0.0', '1.1.0', '1.2.0']) await writeRelease(home, version)
      await mkdir(home.path, { recursive: true, mode: 0o700 })
      await copyFile(lab.knownHostsFile, join(home.path, 'known_hosts'))
      expect(await deploy('30s', '1.0.0')).toMatchObject({ outcome: 'succeeded' })
    })
    afterAll(async () => {
      await home.remove()
      await lab.down()
    })

    it('is named once its time is over, and the others are as before', async () => {
      const result = await deployUntil('3s', '1.1.0', `create ${NAME}-web-2-green`, () => lab.hosts[1]!.powerCut())
      expect(result).toMatchObject({ outcome: 'needsAttention', error: { code: 'NEEDS_ATTENTION' } })
      expect(result.error?.message).toMatch(/host h2 cannot be reached at root@[\d.]+: /)
      expect(result.error?.message).toContain('undoing it failed in 1 place: cut-web-2-green on h2: ')
      expect(await instancesOf(lab.hosts[0]!)).toEqual(['cul8er-edge', `${NAME}-web-1-blue`])
      expect(await instancesOf(lab.hosts[2]!)).toEqual(['cul8er-edge', `${NAME}-web-3-blue`])
      expect([await answer(1), await answer(3)]).toEqual(['1.0.0', '1.0.0'])
    })

    it('serves again when it is back, and the next deploy leaves nothing half done', async () => {
      await lab.hosts[1]!.boot()
      // The edge is there before what it asks.
      await until(async () => (await answer(2)) === '1.0.0')
      expect(await deploy('30s', '1.1.0')).toMatchObject({ outcome: 'succeeded' })
      expect(await everywhere()).toEqual([1, 2, 3].map((n) => ['cul8er-edge', `${NAME}-web-${n}-green`]))
      expect(await answers()).toEqual(['1.1.0', '1.1.0', '1.1.0'])
      expect(await home.json(['status', NAME])).toMatchObject({ healthy: true })
    })

    it('is waited for while its time is not over', async () => {
      const result = await deployUntil('60s', '1.2.0', `create ${NAME}-web-3-blue`, async () => {
        await lab.hosts[2]!.powerCut()
        await lab.hosts[2]!.boot()
      })
      expect(result).toMatchObject({ outcome: 'succeeded' })
      expect(await everywhere()).toEqual([1, 2, 3].map((n) => ['cul8er-edge', `${NAME}-web-${n}-blue`]))
      expect(await answers()).toEqual(['1.2.0', '1.2.0', '1.2.0'])
    })

    it('leaves nothing once the topology is destroyed', async () => {
      expect(await home.json(['destroy', NAME, '--yes'])).toMatchObject({ outcome: 'succeeded' })
      expect(await everywhere()).toEqual([[], [], []])
    })
  },
)
