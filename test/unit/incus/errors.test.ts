import { expect, test } from 'vitest'
import { execCarriedOut, incusError } from '../../../src/incus/errors.js'

// Texts of Incus 6.0.4; those of the contract suite are compared with the real ones on every run.
const cases: [code: string, text: string][] = [
  ['NOT_FOUND', 'Failed to fetch instance "a" in project "default": Instance not found'],
  ['NOT_FOUND', 'Failed to fetch snapshot "s" of instance "a" in project "default": Instance_snapshot not found'],
  ['NOT_FOUND', 'Snapshot a/s does not exist'],
  ['NOT_FOUND', "Device doesn't exist"],
  ['NOT_FOUND', "The profile device doesn't exist"],
  ['NOT_FOUND', 'Storage pool not found'],
  ['NOT_FOUND', 'Requested profile "nope" doesn\'t exist'],
  [
    'NOT_FOUND',
    'Failed creating instance record: Failed initializing instance: Failed loading storage pool: Storage pool not found',
  ],
  ['NOT_FOUND', "Can't unset key 'user.a', it's not currently set"],
  ['NOT_FOUND', 'file does not exist'],
  ['IMAGE_NOT_FOUND', 'The remote "nope" doesn\'t exist'],
  [
    'ALREADY_EXISTS',
    'Failed creating instance record: Add instance info to the database: Failed to create "instances" entry: UNIQUE constraint failed: instances.project_id, instances.name',
  ],
  ['ALREADY_EXISTS', 'The device already exists'],
  ['ALREADY_EXISTS', 'The storage pool already exists: The record already exists'],
  ['ALREADY_EXISTS', 'Image with same fingerprint already exists'],
  ['ALREADY_EXISTS', 'The instance is already running'],
  ['ALREADY_EXISTS', 'The instance is already stopped'],
  ['IN_USE', 'The instance is currently running, stop it first or pass --force'],
  ['IN_USE', 'In use'],
  ['IN_USE', 'Profile is currently in use'],
  ['IN_USE', 'Renaming of running instance not allowed'],
  [
    'IN_USE',
    'Failed to start device "w": Error occurred when starting proxy device: Error: Failed to receive fd from listener process: Failed to receive file descriptor via abstract unix socket',
  ],
  ['IN_USE', 'Instance DNS name "web" already used on network'],
  [
    'IN_USE',
    'Failed to start device "web2": Error occurred when starting proxy device: Error: Failed to listen on 127.0.0.1:18080: listen tcp 127.0.0.1:18080: bind: address already in use',
  ],
  ['NO_SPACE', 'write /var/lib/incus/containers/a/backup.yaml: no space left on device'],
  ['NO_SPACE', 'sftp: "open /root/x: disk quota exceeded" (SSH_FX_FAILURE)'],
  [
    'NO_SPACE',
    'Failed to update device "root": Failed to run: btrfs qgroup limit -e none 0/257 /var/lib/incus/storage-pools/p/containers/a: exit status 1 (ERROR: unable to limit requested quota group: Disk quota exceeded)',
  ],
  ['UNREACHABLE', "The incus daemon doesn't appear to be started (socket path: /var/lib/incus/unix.socket)"],
  ['UNREACHABLE', 'Get "http://unix.socket/1.0": read unix @->/x.sock: read: connection reset by peer'],
  [
    'UNREACHABLE',
    'Get "https://127.0.0.1:18499/1.0": Unable to connect to: 127.0.0.1:18499 ([dial tcp 127.0.0.1:18499: connect: connection refused])',
  ],
  [
    'UNREACHABLE',
    'Failed instance creation: Failed getting remote image info: Failed getting image: Failed parsing stream: Get "https://images.linuxcontainers.org/streams/v1/index.json": lookup images.linuxcontainers.org: no such host',
  ],
  [
    'PERMISSION',
    "You don't have the needed permissions to talk to the incus daemon (socket path: /var/lib/incus/unix.socket)",
  ],
  ['PERMISSION', 'not authorized'],
  ['IMAGE_NOT_FOUND', 'Image "ct-none" not found'],
  [
    'IMAGE_NOT_FOUND',
    'Failed instance creation: Failed getting remote image info: Failed getting image: The requested image couldn\'t be found for fingerprint "debian/99"',
  ],
  ['IMAGE_NOT_FOUND', 'Asked for a VM but image is of type container'],
  ['IMAGE_NOT_FOUND', `Requested image's type "virtual-machine" doesn't match instance type "container"`],
  [
    'VM_UNSUPPORTED',
    'Failed creating instance record: Instance type "virtual-machine" is not supported on this server: vhost_vsock kernel module not loaded',
  ],
  ['VM_UNSUPPORTED', 'Instance type not operational'],
  ['INCUS', 'Invalid config: Unknown configuration key: bogus.key'],
  ['INCUS', 'Instance is not running'],
]

test.each(cases)('%s: %s', (code, text) => {
  expect(incusError(`Error: ${text}\n`, 1, ['start', 'a'])).toMatchObject({ code, message: text })
})

test('advice that Incus prints after its error is left out, lines of a tool are kept', () => {
  const hinted = 'Error: The instance is already stopped\nTry `incus info --show-log a` for more info\n'
  expect(incusError(hinted, 1, ['stop', 'a']).message).toBe('The instance is already stopped')
  const long =
    'Error: Failed to run: btrfs receive: exit status 1 (At subvol s1\nERROR: writing failed: No space left on device)\n'
  expect(incusError(long, 1, ['copy', 'a', 'b'])).toMatchObject({ code: 'NO_SPACE', message: long.slice(7, -1) })
})

test('what a command inside an instance says is its own, whatever it looks like', () => {
  expect(incusError('cp: /x not found\n', 1, ['exec', 'a', '--', 'cp'])).toMatchObject({
    code: 'INCUS',
    message: 'cp: /x not found',
    details: { command: 'incus exec a -- cp', exitCode: 1 },
  })
  expect(incusError('', 3, ['exec', 'a', '--', 'sh']).message).toBe('incus exec a -- sh exited with 3')
})

test('a script is not repeated in the details', () => {
  const { details } = incusError('Error: x', 1, [
    'exec',
    'a',
    '--',
    'sh',
    '-c',
    'first line\nsecond line',
    'cul8er-install',
  ])
  expect(details?.command).toBe('incus exec a -- sh -c first line… cul8er-install')
})

const carried: [boolean, number, string][] = [
  [true, 0, ''],
  [true, 1, ''],
  [true, 1, 'Error: my own words'],
  [true, 3, 'Error: Instance is not running'],
  [true, 127, 'Error: Command not found'],
  [true, 137, ''],
  [false, 1, 'Error: Instance is not running'],
  [false, 255, 'Error: Failed to retrieve PID of executing child process'],
  [false, 1, 'Error: Failed to fetch instance "a" in project "default": Instance not found'],
  [false, 1, 'said before\nError: Get "http://unix.socket/1.0": EOF\n'],
]

test.each(carried)('carried out: %s for exit %i and %j', (expected, exitCode, stderr) => {
  expect(execCarriedOut(stderr, exitCode)).toBe(expected)
})

test('an image server that is not reached: what works without it', () => {
  const text =
    'Error: Failed instance creation: Failed getting remote image info: Failed getting image: Failed parsing stream: Get "https://images.linuxcontainers.org/streams/v1/index.json": lookup images.linuxcontainers.org: no such host\n'
  expect(incusError(text, 1, ['launch', 'images:debian/12'])).toMatchObject({
    code: 'UNREACHABLE',
    hint: expect.stringContaining('cannot reach the image server') as string,
  })
})

test('a disk that is too small for its image is told from a full pool', () => {
  const said =
    'Launching a\nError: Failed creating instance from image: Failed to run: btrfs qgroup limit -e none 0/514 /var/lib/incus/storage-pools/default/containers/a: exit status 1 (ERROR: unable to limit requested quota group: Disk quota exceeded)'
  expect(incusError(said, 1, ['launch', 'tiny', 'a'])).toMatchObject({
    code: 'NO_SPACE',
    hint: 'limits.disk is too small for the image once it is unpacked: raise it',
  })
})
