import { Cul8erError } from '../../errors.js'
import type { OsRelease } from '../os-release.js'
import { aptBeside, aptInstall } from './apt.js'
import type { Distribution } from './distribution.js'

const BACKPORTS = 'bookworm-backports'

/** Debian 13 has Incus, Debian 12 has it in its backports. */
export const debian: Distribution = {
  platform: 'debian',
  words: 'Debian 12 and newer',
  recognises: ({ id }) => id === 'debian',
  lacks: ({ version, codename }) =>
    // Testing and unstable have no version.
    version === '' || Number(version) >= 12 ? null : `Debian ${version}${codename && ` (${codename})`} has no Incus`,
  sourceFiles: ['/etc/apt/sources.list', '/etc/apt/sources.list.d/'],
  before: ({ codename }, sources) => {
    if (codename !== 'bookworm' || sources.some((text) => isActive(text, BACKPORTS))) return null
    const mirror = mirrorOf(sources)
    if (mirror === null)
      throw new Cul8erError('NOT_FOUND', 'no package source of the host is for Debian bookworm', {
        hint: `add the suite ${BACKPORTS} to its /etc/apt by hand, then run this again`,
      })
    return {
      words: `add the package source ${BACKPORTS}, from the mirror that the host uses (${mirror.uri})`,
      commands: [{ argv: ['tee', '/etc/apt/sources.list.d/cul8er-backports.sources'], input: entry(mirror) }],
    }
  },
  packages: (os: OsRelease, wishes) => [
    // With emulators of whole machines, which containers do not need.
    ...(wishes.vms ? ['incus'] : ['incus-base']),
    'incus-client',
    ...aptBeside(wishes),
  ],
  install: aptInstall,
}

interface Mirror {
  uri: string
  signedBy: string | null
}

const isActive = (text: string, suite: string): boolean =>
  text.split('\n').some((line) => !line.trimStart().startsWith('#') && line.split(/\s+/).includes(suite))

/** The mirror of Debian itself that the host has, in a file of either form. Pure. */
export function mirrorOf(sources: readonly string[]): Mirror | null {
  for (const paragraph of sources.flatMap((text) => text.split(/\n\s*\n/))) {
    const field = (name: string): string[] =>
      new RegExp(`^${name}:[ \\t]*(.+)$`, 'mi').exec(paragraph)?.[1]?.trim().split(/\s+/) ?? []
    const [uri] = field('URIs')
    if (uri !== undefined && field('Suites').includes('bookworm') && !field('Enabled').includes('no'))
      return { uri, signedBy: field('Signed-By').find((word) => word.startsWith('/')) ?? null }
  }
  for (const line of sources.flatMap((text) => text.split('\n'))) {
    const [, options = '', uri] = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+:\/\S+)\s+bookworm\s/.exec(line) ?? []
    if (uri !== undefined) return { uri, signedBy: /signed-by=(\/\S+)/.exec(options)?.[1] ?? null }
  }
  return null
}

const entry = ({ uri, signedBy }: Mirror): string =>
  [
    'Types: deb',
    `URIs: ${uri}`,
    `Suites: ${BACKPORTS}`,
    'Components: main',
    `Signed-By: ${signedBy ?? '/usr/share/keyrings/debian-archive-keyring.gpg'}`,
    '',
  ].join('\n')
