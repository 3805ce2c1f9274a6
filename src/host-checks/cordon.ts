import { cordonWords } from '../incus/cordon.js'
import type { HostCheckKind } from './check.js'

export const cordon: HostCheckKind = {
  name: 'cordon',
  judge: ({ server: { cordoned } }, { name }) =>
    cordoned === null
      ? null
      : {
          outcome: 'warning',
          found: `${cordonWords(cordoned)}: nothing new is put there`,
          hint: `cul8er hosts uncordon ${name} once it may be used again`,
        },
}
