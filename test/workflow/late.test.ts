import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Cul8er } from '../../src/client/index.js'
import { Rig } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { tarball } from '../support/tarballs.js'
import { localServer } from '../support/temporal.js'

it('what a command gave up on is not carried out when a worker comes', { timeout: 90_000 }, async () => {
  const env = await localServer()
  const home = await mkdtemp(join(tmpdir(), 'cul8er-late-'))
  const client = await Cul8er.connect({ address: env.address, home })
  await mkdir(join(home, 'releases'))
  const { bytes } = await tarball({ 'bin/shop': '#!/bin/sh\n', 'emulated.json': '{"version":"1.0.0","port":4000}' })
  await writeFile(join(home, 'releases', 'shop-1.0.0.tar.gz'), bytes)
  try {
    const failed: unknown = await client.deploy(shop('1.0.0') as never, { directory: home }).catch((e: unknown) => e)
    const rig = await Rig.start(env)
    await env.sleep(3_000)
    expect(rig.instances()).toEqual({})
    expect(await rig.ledger('shop')).toMatchObject({ current: null, lastOperation: 0, desired: null })
    expect(failed).toMatchObject({
      code: 'SERVICE',
      message: expect.stringContaining('no worker answers') as string,
      hint: expect.stringMatching(/nothing was started, and the request expires at \S+/) as string,
    })
    await client.close()
    await rig.stop()
  } finally {
    await rm(home, { recursive: true, force: true })
  }
})
