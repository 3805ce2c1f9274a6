import { expect, test } from 'vitest'
import type { Revision } from '../../../src/plan/model.js'
import { secretsOf } from '../../../src/steps/hook.js'
import { topologyOf } from '../../support/rig.js'
import { shop } from '../../support/shop.js'

const box = (digest: string) => ({ digest }) as unknown as Revision['sealed'][string]

const revision = (sealed: Revision['sealed'], number: number): Revision =>
  ({
    number,
    sealed,
    topology: topologyOf({
      ...(shop('1.0.0', { web: { environment: { TOKEN: { secret: { from: 'system' } } } } }) as object),
      notify: [{ webhook: { secret: { from: 'system', key: 'HOOK_URL' } } }],
    }),
  }) as unknown as Revision

test('what a hook prints is searched for the secrets of what runs until then, and for those of notifiers', () => {
  const secrets = secretsOf({
    revision: revision({ 'web/TOKEN': box('new'), ':notify/HOOK_URL': box('hook') }, 2),
    base: revision({ 'web/TOKEN': box('old'), ':notify/HOOK_URL': box('hook') }, 1),
  })
  expect(secrets.map(({ resource, name, sealed }) => [resource, name, sealed])).toEqual([
    ['web', 'TOKEN', { digest: 'new' }],
    ['web', 'TOKEN', { digest: 'old' }],
    [':notify', 'HOOK_URL', { digest: 'hook' }],
  ])
})
