import { expect, test } from 'vitest'
import * as incus from '../../../src/incus/index.js'
import type { IncusCommand } from '../../../src/incus/index.js'

// As typed after `incus`; words with a blank are in quotes.
const cases: [string, IncusCommand][] = [
  ['create --quiet img web', incus.createInstance({ image: 'img', name: 'web' })],
  [
    'create --quiet --project=p --vm -c limits.cpu=2 -c user.a=-1 -d root,size=5GiB -d root,a=b,c img web',
    incus.createInstance({
      image: 'img',
      name: 'web',
      project: 'p',
      type: 'vm',
      config: { 'limits.cpu': '2', 'user.a': '-1' },
      devices: { root: { size: '5GiB', a: 'b,c' } },
    }),
  ],
  [
    'launch --quiet --profile=one --profile=two --storage=fast --description=-x -- -img web',
    incus.launchInstance({ image: '-img', name: 'web', profiles: ['one', 'two'], pool: 'fast', description: '-x' }),
  ],
  ['list --format=json', incus.listInstances()],
  ['list --format=json --project=p', incus.listInstances({ project: 'p' })],
  [
    'list --format=json --all-projects status=running',
    incus.listInstances({ allProjects: true, filters: ['status=running'] }),
  ],
  ['query /1.0/instances/web?recursion=1', incus.getInstance('web')],
  ['query /1.0/instances/web?recursion=1&project=p', incus.getInstance('web', { project: 'p' })],
  ['config set web limits.cpu=2 user.b=', incus.setConfig('web', { 'limits.cpu': '2', 'user.b': '' })],
  ['config set --project=p -- web -odd=1', incus.setConfig('web', { '-odd': '1' }, { project: 'p' })],
  [
    'config device add web data disk source=/srv path=/data',
    incus.addDevice('web', 'data', { type: 'disk', source: '/srv', path: '/data' }),
  ],
  ['config device remove -- web -d', incus.removeDevice('web', '-d')],
  ['config device set web root size=5GiB', incus.setDevice('web', 'root', { size: '5GiB' })],
  ['config device override web root size=5GiB', incus.overrideDevice('web', 'root', { size: '5GiB' })],
  ['exec web -- ls -l', incus.execIn('web', ['ls', '-l'])],
  [
    "exec --project=p --env=A=-1 --cwd=/tmp --user=10 --group=0 web -- sh -c 'echo $A' -",
    incus.execIn('web', ['sh', '-c', 'echo $A', '-'], {
      project: 'p',
      env: { A: '-1' },
      cwd: '/tmp',
      user: 10,
      group: 0,
    }),
  ],
  ['snapshot create web before', incus.createSnapshot('web', 'before')],
  ['snapshot restore -- web -before', incus.restoreSnapshot('web', '-before')],
  ['snapshot delete --project=p web before', incus.deleteSnapshot('web', 'before', { project: 'p' })],
  ['start web', incus.startInstance('web')],
  ['stop --timeout=30 web', incus.stopInstance('web', { timeoutS: 29.2 })],
  ['stop --timeout=1 --force web', incus.stopInstance('web', { timeoutS: 0, force: true })],
  ['delete --force web', incus.deleteInstance('web', { force: true })],
  ['delete web', incus.deleteInstance('web')],
  [
    'copy --quiet --instance-only --stateless --mode=push -c user.a=1 -d root,type=disk --refresh web other:web',
    incus.copyInstance('web', 'other:web', {
      instanceOnly: true,
      stateless: true,
      mode: 'push',
      refresh: true,
      config: { 'user.a': '1' },
      devices: { root: { type: 'disk' } },
    }),
  ],
  ['move --quiet web other:web', incus.moveInstance('web', 'other:web')],
  ['image list --format=json tiny', incus.listImages({ filters: ['tiny'] })],
  ['project create -c features.images=false shop', incus.createProject('shop', { 'features.images': 'false' })],
  ['storage list --format=json', incus.listPools()],
  ['query /1.0/storage-pools/a%20b/resources', incus.poolResources('a b')],
  ['query /1.0/networks/br/state', incus.networkState('br')],
  ['query /1.0/networks?recursion=1', incus.hostNetworks()],
  ['query /1.0', incus.serverInfo()],
  ['query /1.0/warnings?recursion=1', incus.hostWarnings()],
  ['query /1.0/resources', incus.hostResources()],
  [
    `query --request=PUT '--data={"a":"b c"}' --wait /1.0/x`,
    incus.query('/1.0/x', { method: 'PUT', data: { a: 'b c' }, wait: true }),
  ],
]

test.each(cases)('incus %s', (typed, command) => {
  expect(command.args.map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(' ')).toBe(typed)
})

test('a new device goes as a document on standard input, an overridden one as an option', () => {
  const web = { type: 'proxy', listen: 'tcp:0.0.0.0:80', connect: 'tcp:127.0.0.1:80' }
  const { args, stdin } = incus.createInstance({ image: 'img', name: 'web', devices: { web, root: { size: '1GiB' } } })
  expect(args).toEqual(['create', '--quiet', '-d', 'root,size=1GiB', 'img', 'web'])
  expect(JSON.parse(Buffer.from(stdin as Uint8Array).toString())).toEqual({ devices: { web } })
})

test('what comes on standard input is named, not shown', () => {
  const command = incus.execIn('web', ['sh'], { stdin: { file: '/secret' }, stdinLabel: 'secrets of web' })
  expect(command).toMatchObject({ stdin: { file: '/secret' }, stdinLabel: 'secrets of web' })
  expect(command.args.join(' ')).not.toContain('/secret')
})
