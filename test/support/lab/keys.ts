import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostLayout, Layout } from './layout.js'
import { run } from './run.js'

/** The private key that all hosts of a lab admit as root. */
export const keyOf = ({ folder }: Pick<Layout, 'folder'>): string => join(folder, 'id')

export const makeKey = (file: string): Promise<string> =>
  run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', file])

/** What a host's sshd needs. @returns the host's line of a known_hosts file */
export async function setUpSsh({ folder, address }: HostLayout, key: string): Promise<string> {
  const own = join(folder, 'ssh')
  await mkdir(own, { recursive: true })
  await makeKey(join(own, 'host_key'))
  await copyFile(`${key}.pub`, join(own, 'authorized_keys'))
  await writeFile(join(own, 'sshd_config'), SSHD)
  const [type, text] = (await readFile(join(own, 'host_key.pub'), 'utf8')).split(' ')
  return `${address} ${type} ${text}\n`
}

// StrictModes: the folder is bound from one that root alone does not have.
const SSHD = `HostKey /run/lab/host_key
AuthorizedKeysFile /run/lab/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
PidFile none
Subsystem sftp internal-sftp
`
