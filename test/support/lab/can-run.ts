import { execaSync } from 'execa'

/** Where a lab can be up. A test that needs one says so by name where it cannot. */
export const canRunLab = (): boolean =>
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  PROGRAMS.every((program) => execaSync('which', [program], { reject: false }).exitCode === 0)

// /usr/libexec/incus is where Debian has the daemon.
const PROGRAMS = ['sshd', 'ssh-keygen', 'nsenter', 'unshare', 'setpriv', 'nft', 'losetup', '/usr/libexec/incus/incusd']
