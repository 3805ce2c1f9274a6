import { randomBytes } from 'node:crypto'
import { execa } from 'execa'
import { afterAll, expect, test } from 'vitest'
import { until } from '../../support/until.js'
import { inside as said } from '../releases/instance.js'

/** Each image, and what has to run in it. */
const IMAGES = [
  { image: 'tiny', programs: 'sh tar gzip sha256sum wget nc httpd base64 setsid' },
  { image: 'edge', programs: 'haproxy socat openssl flock sh wget' },
  { image: 'debian', programs: 'systemctl curl python3 ip' },
  { image: 'postgres', programs: 'psql pg_isready postgres-ready' },
  { image: 'shop-app', programs: 'python3' },
]

const launched: string[] = []
afterAll(async () => {
  if (launched.length > 0) await incus('delete', '--force', ...launched)
})

test.each(IMAGES)('$image boots, has an address and a name, and holds its programs', async ({ image, programs }) => {
  const name = await launch(image)
  const address = await eventually(() => incus('list', name, '--format', 'csv', '--columns', '4'), /^10\.|\d+\.\d+/)
  expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+ \(eth0\)/)
  expect(await inside(name, 'hostname')).toBe(name)
  // Its own name, asked of the bridge, so that instances find each other.
  expect(await eventually(() => inside(name, lookUp(image, `${name}.incus`)), /./)).toContain(address.split(' ')[0])
  expect(await inside(name, `for p in ${programs}; do command -v $p >/dev/null || echo $p; done`)).toBe('')
})

test('an app has time to end, and a stop waits for no longer than it takes', async () => {
  const name = await launch('tiny')
  const app = `trap 'sleep 2; echo ended >/root/end; exit' TERM; while :; do sleep 0.1; done`
  await inside(name, `printf '%s\\n' "#!/bin/sh" "${app}" >/root/app; chmod +x /root/app`)
  await inside(name, 'setsid /root/app </dev/null >/dev/null 2>&1 &')
  await eventually(() => inside(name, 'ps'), /root.app/)
  await incus('stop', name)
  await incus('start', name)
  expect(await inside(name, 'cat /root/end')).toBe('ended')
  const booted = (): Promise<string> => inside(name, "cut -d ' ' -f 22 /proc/1/stat")
  const before = await booted()
  await incus('exec', name, '--', 'reboot')
  await expect.poll(() => booted().catch(() => before), { timeout: 20_000 }).not.toBe(before)
})

test('a line in inittab is started when init is told, and after a restored snapshot', async () => {
  const name = await launch('tiny')
  await inside(name, 'echo "::respawn:/bin/sleep 4242" >>/etc/inittab; kill -HUP 1')
  await eventually(() => inside(name, 'ps'), /sleep 4242/)
  await incus('snapshot', 'create', name, 'one')
  await inside(name, 'echo gone >/root/after')
  await incus('snapshot', 'restore', name, 'one')
  await eventually(() => inside(name, 'ps'), /sleep 4242/)
  expect(await inside(name, 'ls /root')).toBe('')
})

test('the edge runs what is placed at /etc/cul8er-edge/run, again when it ends', async () => {
  const name = await launch('edge')
  const script = '#!/bin/sh\necho x >>/root/starts\nexec sleep 0.2\n'
  await incus(
    { input: script },
    'exec',
    name,
    '--',
    'sh',
    '-c',
    'cd /etc/cul8er-edge && cat >new && chmod 755 new && mv new run',
  )
  expect(await eventually(() => inside(name, 'cat /root/starts'), /x\nx/)).toMatch(/^x\nx/)
})

test('no password is in the postgres image; the secret makes the role', async () => {
  const name = await launch('postgres')
  const ready = (): Promise<string> => inside(name, 'postgres-ready && echo ready || true')
  await eventually(() => inside(name, 'pg_isready'), /accepting/)
  expect(await ready()).toBe('no password yet')
  const password = `it's ${randomBytes(6).toString('hex')} \\ "quoted"`
  await incus(
    { input: password },
    'exec',
    name,
    '--',
    'sh',
    '-c',
    'mkdir -p /etc/cul8er/secrets && cd /etc/cul8er && echo POSTGRES_USER=shop >db.env && cat >new && mv new secrets/POSTGRES_PASSWORD',
  )
  await eventually(ready, /^ready$/)
  const asked = (): Promise<string> =>
    incus(
      { input: password },
      ...['exec', name, '--', 'sh', '-c'],
      `PGPASSWORD=$(cat) psql -h ${name}.incus -U shop -Atc 'select current_database()'`,
    )
  expect(await eventually(asked, /./)).toBe('shop')
  await expect(inside(name, `PGPASSWORD=wrong psql -h ${name}.incus -U shop -c 'select 1'`)).rejects.toThrow(
    /password authentication failed/,
  )
})

async function launch(image: string): Promise<string> {
  const name = `img-${image}-${randomBytes(3).toString('hex')}`
  launched.push(name)
  await incus('launch', `cul8er/${image}`, name)
  return name
}

const lookUp = (image: string, name: string): string =>
  ['tiny', 'edge'].includes(image) ? `nslookup ${name}` : `getent ahostsv4 ${name}`

const inside = async (name: string, script: string): Promise<string> => (await said(name, script)).trimEnd()

async function incus(first: string | { input: string }, ...rest: string[]): Promise<string> {
  const [options, args] = typeof first === 'string' ? [{ stdin: 'ignore' as const }, [first, ...rest]] : [first, rest]
  return (await execa('incus', args, { ...options, timeout: 60_000 })).stdout
}

const eventually = (probe: () => Promise<string>, wanted: RegExp): Promise<string> =>
  until(
    async () => {
      const found = await probe()
      return wanted.test(found) ? found : null
    },
    { timeoutMs: 30_000, everyMs: 100 },
  )
