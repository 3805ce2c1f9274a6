import { Cul8erError } from '../../errors.js'
import type { MachineResult } from '../machine.js'
import type { Distribution } from './distribution.js'

const MINUTE = 60_000

/** Arch has Incus in extra. */
export const arch: Distribution = {
  platform: 'arch_linux',
  words: 'Arch Linux',
  recognises: ({ id }) => id === 'arch',
  lacks: () => null,
  packages: (_, { storage, vms }) => [
    'incus',
    'dnsmasq',
    'nftables',
    'zstd',
    ...(vms ? ['qemu-base', 'edk2-ovmf', 'swtpm'] : []),
    ...(storage === 'btrfs' ? ['btrfs-progs'] : []),
    // ZFS is in no archive of Arch: what the host has counts.
  ],
  install: (packages) => [
    { argv: ['pacman', '-S', '--needed', '--noconfirm', ...packages], timeoutMs: 30 * MINUTE, explain },
  ],
}

function explain({ stdout, stderr }: MachineResult): Cul8erError | null {
  const said = `${stdout}\n${stderr}`
  if (/Could not resolve host|failed retrieving file|failed to synchronize/.test(said))
    return new Cul8erError('UNREACHABLE', 'the host could not fetch packages from its mirrors', {
      hint: 'see to its network; where its list of packages is old, a full `pacman -Syu` is due',
    })
  const [, missing] = /target not found: (\S+)/.exec(said) ?? []
  if (missing === undefined) return null
  return new Cul8erError('NOT_FOUND', `the package ${missing} is not in the package sources of the host`, {
    hint: 'a full `pacman -Syu` may be due there',
  })
}
