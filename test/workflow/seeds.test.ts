import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadTopologies } from '../../src/loaders/load.js'
import { sealSystemSecrets } from '../../src/secrets/topology-secrets.js'
import { unsupported } from '../../src/topology/unsupported.js'
import { Rig } from '../support/rig.js'
import { onOneHost, seeds } from '../support/seeds.js'
import { TEST_KEY } from '../support/signing.js'

/* Each example that one host can carry is deployed to one; what needs more says what. */

let rig: Rig
beforeAll(async () => {
  rig = await Rig.start()
})
afterAll(() => rig.stop())

test.for(seeds())('$name', async ({ name, file }, { skip }) => {
  const [declared] = await loadTopologies(file)
  if (declared === undefined) throw new Error(`${file} declares nothing`)
  const topology = onOneHost(declared, `seed-${name}`)
  const later = unsupported(topology)
  if (later.length > 0) skip(`validated only: ${later.map(({ path, what }) => `${path}: ${what}`).join('; ')}`)

  const versions = Object.values(topology.resources).flatMap(({ deploy }) => deploy?.version ?? [])
  const artifacts = await Promise.all(
    [...new Set(versions)].map(async (version) => [`my_app@${version}`, await rig.release('my_app', version)] as const),
  )
  const { sealed } = sealSystemSecrets(topology, { SECRET_KEY_BASE: 'a secret of a test' }, TEST_KEY)
  const revision = { ...rig.revision(topology, Object.fromEntries(artifacts)), sealed }
  expect(await rig.run(topology.name, { kind: 'deploy', revision })).toMatchObject({ outcome: 'succeeded' })
  const wanted = Object.values(topology.resources).reduce((sum, { replicas }) => sum + (replicas ?? 1), 0)
  const running = Object.entries(rig.instances()).filter(([instance]) => instance.startsWith(`${topology.name}-`))
  expect(running.map(([, { status }]) => status)).toEqual(Array(wanted).fill('Running'))
  expect(await rig.plan(revision)).toMatchObject({ empty: true })
  expect(await rig.run(topology.name, { kind: 'destroy' })).toMatchObject({ outcome: 'succeeded' })
})
