import { Cul8erError } from '../../errors.js'
import type { OsRelease } from '../os-release.js'
import { aptBeside, aptInstall } from './apt.js'
import type { Distribution } from './distribution.js'

const SUITE = 'bookworm'
const BACKPORTS = `${SUITE}-backports`

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
      throw new Cul8erError(
        'NOT_FOUND',
        'no package source of the host is a mirror of Debian bookworm that can be used as it is',
        {
          hint: `add the suite ${BACKPORTS} to its /etc/apt by hand, then run this again`,
        },
      )
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

/**
 * The mirror of Debian itself that the host has, in a file of either form. Vendors have suites of that name as well, and their keys are not
 * to vouch for what Debian makes: one with Debian's own key, or with none of its own, goes first. Pure.
 */
export function mirrorOf(sources: readonly string[]): Mirror | null {
  // What has a user and a password in its address would get into a file that anybody can read.
  const found = [...inParagraphs(sources), ...inLines(sources)].filter(({ uri }) => !uri.includes('@'))
  const debians = found.filter(({ signedBy }) => signedBy !== null && DEBIANS_KEY.test(signedBy))
  const plain = found.filter(({ signedBy }) => signedBy === null)
  const others = found.filter(({ uri, signedBy }) => signedBy !== null && IN_DEBIAN.test(uri))
  // A mirror that somebody signs again; of two, nobody knows which is.
  const own = new Set(others.map(({ signedBy }) => signedBy)).size === 1 ? others[0] : undefined
  return debians[0] ?? plain.find(({ uri }) => IN_DEBIAN.test(uri)) ?? plain[0] ?? own ?? null
}

const DEBIANS_KEY = /^\/usr\/share\/keyrings\/debian-archive-[\w.-]+$/
const IN_DEBIAN = /\/debian\/?$/

const inParagraphs = (sources: readonly string[]): Mirror[] =>
  sources
    .flatMap((text) => text.split(/\n[ \t]*\n/))
    .flatMap((paragraph) => {
      const field = (name: string): string[] =>
        new RegExp(`^${name}:(.*)$`, 'mi').exec(paragraph)?.[1]?.trim().split(/\s+/) ?? []
      const [uri] = field('URIs')
      if (uri === undefined || field('Enabled').includes('no')) return []
      if (!field('Suites').includes(SUITE) || !field('Components').includes('main')) return []
      return [{ uri, signedBy: field('Signed-By').find((word) => word.startsWith('/')) ?? null }]
    })

const inLines = (sources: readonly string[]): Mirror[] =>
  sources
    .flatMap((text) => text.split('\n'))
    .flatMap((line) => {
      const [, options = '', rest = ''] = /^\s*deb\s+(?:\[([^\]]*)\])?(.*)$/.exec(line) ?? []
      const [uri = '', suite, ...components] = rest.trim().split(/\s+/)
      if (suite !== SUITE || !components.includes('main')) return []
      return [{ uri, signedBy: /signed-by=(\/\S+)/.exec(options)?.[1] ?? null }]
    })

const entry = ({ uri, signedBy }: Mirror): string =>
  [
    'Types: deb',
    `URIs: ${uri}`,
    `Suites: ${BACKPORTS}`,
    'Components: main',
    `Signed-By: ${signedBy ?? '/usr/share/keyrings/debian-archive-keyring.gpg'}`,
    '',
  ].join('\n')
