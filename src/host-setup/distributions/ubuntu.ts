import { aptBeside, aptInstall } from './apt.js'
import type { Distribution } from './distribution.js'

/** Ubuntu has Incus in universe from 24.04 on. */
export const ubuntu: Distribution = {
  platform: 'ubuntu',
  words: 'Ubuntu 24.04 and newer',
  recognises: ({ id }) => id === 'ubuntu',
  lacks: ({ version }) => (Number.parseFloat(version) >= 24.04 ? null : `Ubuntu ${version} has no Incus`),
  packages: (_, wishes) => ['incus', 'incus-client', ...aptBeside(wishes)],
  install: aptInstall,
}
