import { Cul8erError } from '../../errors.js'
import type { SetupCommand } from '../command.js'
import type { SetupWishes } from '../facts.js'

/* What Debian and those that are derived from it share. */

const MINUTE = 60_000

export function aptInstall(packages: readonly string[]): SetupCommand[] {
  // A source that nobody needs here may be out of order: only where a package is missing does it matter.
  let notFetched: string | null = null
  return [
    {
      argv: ['apt-get', ...WAIT, '-o', 'APT::Update::Error-Mode=any', 'update', '-q'],
      timeoutMs: 10 * MINUTE,
      isDone: ({ stdout, stderr }) => {
        notFetched = errorIn(`${stderr}\n${stdout}`, NO_NETWORK)
        return notFetched !== null
      },
    },
    {
      argv: ['apt-get', ...WAIT, 'install', '-q', '-y', '--no-install-recommends', ...packages],
      timeoutMs: 30 * MINUTE,
      explain: ({ stdout, stderr }) => explained(`${stderr}\n${stdout}`, packages, notFetched),
    },
  ]
}

// Another apt may be at work, as on a machine that has just been started.
const WAIT = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=2']

/** Beside Incus itself: DHCP and DNS of its bridge, its firewall, what images are unpacked with, and the tools of the pool's file system. */
export const aptBeside = ({ storage }: Pick<SetupWishes, 'storage'>): string[] => [
  'dnsmasq-base',
  'nftables',
  'zstd',
  ...(storage === 'btrfs' ? ['btrfs-progs'] : []),
  ...(storage === 'zfs' ? ['zfsutils-linux'] : []),
]

function explained(said: string, packages: readonly string[], notFetched: string | null): Cul8erError | null {
  const [, missing] = NO_PACKAGE.exec(said) ?? []
  const why = errorIn(said, NO_NETWORK) ?? (missing === undefined ? null : notFetched)
  if (why !== null)
    return new Cul8erError('UNREACHABLE', `the host gets no packages from its mirrors: ${why}`, {
      hint: 'see to its network, its name servers and its proxy (Acquire::http::Proxy), then run this again',
    })
  if (missing === undefined) return null
  return new Cul8erError('NOT_FOUND', `the package ${missing} is not in the package sources of the host`, {
    hint: `its apt must find ${packages.join(', ')}: on Ubuntu they are in universe (add-apt-repository universe)`,
  })
}

const NO_NETWORK = /Temporary failure resolving|Could not resolve|Could not connect|Unable to connect|Failed to fetch/
const NO_PACKAGE = /E: (?:Unable to locate package|Package '?)\s*([\w.+-]+)/

/** The first line that says so. */
const errorIn = (said: string, what: RegExp): string | null =>
  said
    .split('\n')
    .find((line) => what.test(line))
    ?.trim()
    .slice(0, 300) ?? null
