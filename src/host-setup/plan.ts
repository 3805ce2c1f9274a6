import { Cul8erError } from '../errors.js'
import { shellWord } from '../hosts/ssh/quote.js'
import { sizeWords } from '../topology/units.js'
import type { SetupCommand } from './command.js'
import type { Distribution } from './distributions/distribution.js'
import { DISTRIBUTIONS, distributionOf } from './distributions/registry.js'
import type { IncusFacts, MachineFacts, SetupWishes } from './facts.js'
import { freeSubnet, overlap, readSubnet } from './subnets.js'

/** One thing that is done, with the programs that do it. */
export interface SetupStep {
  name: SetupStepName
  words: string
  commands: SetupCommand[]
}

export type SetupStepName = 'sources' | 'ids' | 'packages' | 'service' | 'pool' | 'bridge' | 'profile' | 'login'

export interface SetupPlan {
  steps: SetupStep[]
  /** What a person should know: what is there and stays as it is. */
  notes: string[]
}

/** What a host needs at least to hold Incus, an image and an instance or two, MiB. */
const LEAST_FREE_MIB = 3 * 1024

/**
 * What has to be done so that a machine can be deployed to; nothing where it can. Pure. What somebody has set up already is used, or left
 * alone.
 * @throws Cul8erError for a machine that cannot be set up: PERMISSION, NOT_SUPPORTED_YET, NO_SPACE, NAME_CLASH, USAGE, NOT_FOUND
 */
export function setupPlan(facts: MachineFacts, wishes: SetupWishes): SetupPlan {
  const { incus, zstd } = facts
  const notes: string[] = []
  const isNew = incus === null
  const starts = isNew || incus.silent !== null
  if (starts && facts.root === null) throw notRoot(facts)
  const distribution = isNew || !zstd ? fit(facts) : null
  if (starts && !facts.systemd) throw notBySystemd()
  if (isNew && facts.freeMiB < LEAST_FREE_MIB) throw tooSmall(facts)
  const has = incus ?? NOTHING
  const steps = [
    ...(distribution === null ? [] : isNew ? install(distribution, facts, wishes) : [unpacking(distribution)]),
    ...(starts ? [START] : []),
    ...pool(facts, has, wishes, notes),
    ...bridge(facts, has, wishes, notes),
    ...profile(has, wishes),
    ...login(facts),
  ]
  // Who may do nothing there need not where nothing is to be done.
  if (steps.length > 0 && facts.root === null) throw notRoot(facts)
  return { steps, notes }
}

const NOTHING: IncusFacts = { silent: null, version: '', pools: [], networks: [], devices: {} }

const notRoot = ({ user }: MachineFacts): Cul8erError =>
  new Cul8erError('PERMISSION', `the login ${user} is not root, and sudo asks it for a password or is missing`, {
    // Somebody may paste it into a shell, and the host says what the login is called.
    hint: /^[A-Za-z_][\w-]*$/.test(user)
      ? `log in as root, or allow it there: echo '${user} ALL=(ALL) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/${user}`
      : 'log in as root, or let sudo ask that login for no password',
  })

const notBySystemd = (): Cul8erError =>
  new Cul8erError('NOT_SUPPORTED_YET', 'the host is not run by systemd, which starts Incus', {
    hint: 'install and start Incus there by hand, then run this again for the rest',
  })

const tooSmall = ({ freeMiB }: MachineFacts): Cul8erError =>
  new Cul8erError(
    'NO_SPACE',
    `only ${sizeWords(freeMiB)} are free in /var/lib; Incus and its instances need ${sizeWords(LEAST_FREE_MIB)} or more`,
    { hint: 'give the host more disk, or mount one at /var/lib/incus' },
  )

/** @throws Cul8erError NOT_SUPPORTED_YET for an operating system that Incus comes onto in a way that nobody told */
function fit({ os }: MachineFacts): Distribution {
  const distribution = distributionOf(os)
  const known = DISTRIBUTIONS.map(({ words }) => words).join(', ')
  if (distribution === null)
    throw new Cul8erError('NOT_SUPPORTED_YET', `cul8er cannot install Incus on ${os.name}`, {
      hint: `it can on ${known}; install Incus there by hand, then run cul8er hosts check`,
    })
  const lack = distribution.lacks(os)
  if (lack === null) return distribution
  throw new Cul8erError('NOT_SUPPORTED_YET', `${lack} in its archive`, {
    hint: `upgrade the host to one of ${known}, or install Incus there by hand`,
  })
}

function install(distribution: Distribution, { os, sources, subuid, subgid }: MachineFacts, wishes: SetupWishes) {
  const before = distribution.before?.(os, sources) ?? null
  const packages = distribution.packages(os, wishes)
  const steps: SetupStep[] = []
  if (before !== null) steps.push({ name: 'sources', ...before })
  const files = [
    ...(mapsRoot(subuid) ? [] : [{ file: '/etc/subuid', lines: subuid }]),
    ...(mapsRoot(subgid) ? [] : [{ file: '/etc/subgid', lines: subgid }]),
  ]
  if (files.length > 0)
    steps.push({
      name: 'ids',
      words: `give root user and group IDs for containers (${files.map(({ file }) => file).join(', ')})`,
      commands: files.map(({ file, lines }) => ({
        argv: ['tee', '-a', file],
        input: `root:${firstFree(lines)}:${IDS}\n`,
      })),
    })
  steps.push({ name: 'packages', words: `install ${packages.join(', ')}`, commands: distribution.install(packages) })
  return steps
}

/** What a host may lack that somebody installed Incus on by hand. */
const unpacking = ({ install: command }: Distribution): SetupStep => ({
  name: 'packages',
  words: 'install zstd, which images of ours are unpacked with',
  commands: command(['zstd']),
})

/** User IDs of unprivileged containers: enough for some that are isolated from each other. */
const IDS = 10_000_000
const FIRST_ID = 1_000_000

const mapsRoot = (lines: readonly string[]): boolean => lines.some((line) => /^(root|0):/.test(line))

/** Behind what others were given. */
const firstFree = (lines: readonly string[]): number =>
  Math.max(
    FIRST_ID,
    ...lines.map((line) => {
      const [, start = '0', count = '0'] = line.split(':')
      return Number(start) + Number(count)
    }),
  )

const START: SetupStep = {
  name: 'service',
  words: 'start Incus, now and whenever the host starts',
  commands: [
    { argv: ['systemctl', 'enable', '--now', 'incus.socket'] },
    // Debian has it started by the socket; instances that are to run after a start of the host need it without anybody asking.
    { argv: ['systemctl', 'enable', '--now', 'incus.service'] },
    { argv: ['incus', 'admin', 'waitready', '--timeout=60'], timeoutMs: 90_000 },
  ],
}

const DEFAULT = 'default'

function pool(
  facts: MachineFacts,
  { pools, devices }: IncusFacts,
  { storage }: SetupWishes,
  notes: string[],
): SetupStep[] {
  const [first] = pools
  if (first !== undefined) {
    const root = pools.find(({ name }) => name === devices.root?.pool) ?? first
    if (storage !== 'dir' && root.driver !== storage)
      notes.push(`the pool ${root.name} is ${root.driver} and stays so: a pool cannot be turned into ${storage}`)
    return []
  }
  if (storage !== 'dir' && !facts.fileSystems.includes(storage))
    throw new Cul8erError('USAGE', `the kernel of the host has no ${storage}`, {
      hint: 'leave --storage away: a pool of kind dir works everywhere, with slower snapshots',
    })
  const size = storage === 'dir' ? [] : [`size=${poolGiB(facts.freeMiB)}GiB`]
  return [
    {
      name: 'pool',
      words: `create the storage pool ${DEFAULT} (${[storage, ...size.map((each) => each.slice(5))].join(', ')})`,
      commands: [{ argv: ['incus', 'storage', 'create', DEFAULT, storage, ...size], isDone: isThere }],
    },
  ]
}

/** A third of what is free, between 5 and 30: its file grows with what is in it. */
const poolGiB = (freeMiB: number): number => Math.min(30, Math.max(5, Math.floor(freeMiB / 1024 / 3)))

const isThere: SetupCommand['isDone'] = ({ stderr }) => /already exists/i.test(stderr)

const bridgesOf = ({ networks }: IncusFacts) => networks.filter(({ type, managed }) => type === 'bridge' && managed)

function bridge(facts: MachineFacts, has: IncusFacts, wishes: SetupWishes, notes: string[]): SetupStep[] {
  const own = Object.values(has.devices).find(({ type }) => type === 'nic')
  const there = bridgesOf(has).find(({ name }) => name === own?.network) ?? bridgesOf(has)[0]
  const inUse = Object.entries(wishes.others).flatMap(([host, subnets]) => subnets.map((subnet) => ({ host, subnet })))
  if (there !== undefined) {
    const subnet = there.config['ipv4.address'] ?? ''
    const clash = inUse.find((each) => overlap(each.subnet, subnet))
    if (clash !== undefined)
      notes.push(
        `${there.name} has the subnet ${subnet}, and so has host ${clash.host}: their instances cannot reach each other; change one with \`incus network set ${shellWord(there.name)} ipv4.address=…\``,
      )
    if (wishes.subnet !== null && wishes.subnet !== subnet)
      notes.push(`${there.name} has the subnet ${subnet} and keeps it`)
    return []
  }
  // A profile whose network is not one of Incus: whoever made it knows why.
  if (own !== undefined) return []
  const { bridge: name } = wishes
  if (facts.interfaces.includes(name))
    throw new Cul8erError('NAME_CLASH', `the host has a network interface ${name} that is not Incus's`, {
      hint: 'it is left alone: name another bridge with --bridge NAME, or remove it there if nobody needs it',
    })
  const subnet = subnetFor(facts, wishes, inUse)
  return [
    {
      name: 'bridge',
      words: `create the bridge ${name} with the subnet ${subnet}`,
      commands: [
        {
          argv: [
            ...['incus', 'network', 'create', name, '--type=bridge'],
            ...[`ipv4.address=${subnet}`, 'ipv4.nat=true', 'ipv6.address=none'],
          ],
          isDone: isThere,
        },
      ],
    },
  ]
}

/** @throws Cul8erError USAGE, NO_ROOM */
function subnetFor(
  { routes }: MachineFacts,
  { subnet: wanted, place }: SetupWishes,
  inUse: readonly { host: string; subnet: string }[],
): string {
  if (wanted === null) {
    const found = freeSubnet([...routes, ...inUse.map(({ subnet }) => subnet)], place)
    if (found !== null) return found
    throw new Cul8erError('NO_ROOM', 'no subnet of 10.118.0.0/24 to 10.217.0.0/24 is free on the host', {
      hint: 'name one with --subnet ADDRESS/LENGTH',
    })
  }
  if (readSubnet(wanted) === null)
    throw new Cul8erError('USAGE', `--subnet: found ${JSON.stringify(wanted)}, expected one such as 10.85.0.1/24`)
  const route = routes.find((each) => overlap(each, wanted))
  const other = inUse.find(({ subnet }) => overlap(subnet, wanted))
  if (route !== undefined || other !== undefined)
    throw new Cul8erError(
      'USAGE',
      `--subnet ${wanted} overlaps with ${route === undefined ? `that of host ${other?.host} (${other?.subnet})` : `the network ${route} of the host`}`,
      { hint: 'leave --subnet away: a free one is found' },
    )
  return wanted
}

function profile({ devices, pools, ...has }: IncusFacts, { bridge: name }: SetupWishes): SetupStep[] {
  const all = Object.values(devices)
  const network = bridgesOf({ devices, pools, ...has })[0]?.name ?? name
  const root = pools.find((each) => each.name === DEFAULT)?.name ?? pools[0]?.name ?? DEFAULT
  const add = ['incus', 'profile', 'device', 'add', 'default']
  const commands: SetupCommand[] = [
    ...(all.some(({ type, path }) => type === 'disk' && path === '/')
      ? []
      : [{ argv: [...add, 'root', 'disk', 'path=/', `pool=${root}`], isDone: isThere }]),
    ...(all.some(({ type }) => type === 'nic')
      ? []
      : [{ argv: [...add, 'eth0', 'nic', `network=${network}`, 'name=eth0'], isDone: isThere }]),
  ]
  return commands.length === 0
    ? []
    : [{ name: 'profile', words: 'give the default profile its root disk and its network interface', commands }]
}

const GROUP = 'incus-admin'

/** Who logs in without being root has to be in the group that may use Incus. */
const login = ({ root, user, groups }: MachineFacts): SetupStep[] =>
  root === 'login' || groups.includes(GROUP)
    ? []
    : [
        {
          name: 'login',
          words: `let ${user} use Incus (group ${GROUP})`,
          commands: [{ argv: ['usermod', '-aG', GROUP, user] }],
        },
      ]
