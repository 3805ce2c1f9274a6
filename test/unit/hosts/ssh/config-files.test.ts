import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { configParts } from '../../../../src/hosts/ssh/config-files.js'
import { configOf } from '../../../../src/hosts/ssh/config.js'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cul8er-config-'))
  await mkdir(join(home, '.ssh', 'more'), { recursive: true })
})
afterEach(() => rm(home, { recursive: true }))

const write = (path: string, text: string) => writeFile(join(home, '.ssh', path), text)
const port = async (host: string) => (await configOf(await configParts(home, join(home, 'system'))))(host, null).port

it('without files says nothing', async () => expect(await port('web')).toBeUndefined())

it("the user's value comes before that of the machine", async () => {
  await writeFile(join(home, 'system'), 'Host *\n Port 3\n')
  expect(await port('web')).toBe('3')
  await write('config', 'Host web\n Port 2\n')
  expect(await port('web')).toBe('2')
  expect(await port('db')).toBe('3')
})

it('an included file stands in its place, and what follows belongs to the block it stood in', async () => {
  await write('config', 'Include more/* ~/.ssh/none\nHost web\n Include "extra"\n Port 22\nHost db\n Port 9\n')
  await write('extra', 'Host web\n Port 7\n')
  await write('more/b', 'Host a\n Port 2\n')
  await write('more/a', 'Host a\n Port 1\n')
  expect(await Promise.all(['a', 'web', 'db'].map(port))).toEqual(['1', '7', '9'])
})

it('what is included below a host says nothing about others', async () => {
  await write('config', 'Host lab-*\n Include lab\nHost *\n Port 22\n')
  await write('lab', 'HostKeyAlias lab\nHost *\n Include more/ports\nMatch user ann\n Port 9\n')
  await write('more/ports', 'Host *-2\n Port 2\nHost web\n Port 3\n')
  expect(await Promise.all(['lab-1', 'lab-2', 'web'].map(port))).toEqual(['22', '2', '22'])
  const said = await configOf(await configParts(home, join(home, 'system')))
  expect(said('lab-1', 'ann')).toMatchObject({ hostkeyalias: 'lab', port: '9' })
  expect(said('web', 'ann')).not.toHaveProperty('hostkeyalias')
})

it('a file that includes itself comes to an end', async () => {
  await write('config', 'Include config\nHost web\n Port 5\n')
  expect(await port('web')).toBe('5')
})

it.each(['config', 'extra'])('%s is not used when others can write it', async (file) => {
  await write('config', 'Include extra\n')
  await write('extra', 'Host web\n Port 5\n')
  expect(await port('web')).toBe('5')
  const path = join(home, '.ssh', file)
  await chmod(path, 0o646)
  const problem = `the SSH configuration ${path} is not used: it can be written by others`
  await expect(port('web')).rejects.toMatchObject({ code: 'PERMISSION', message: problem })
})

it('what is no file says so', async () => {
  await mkdir(join(home, '.ssh', 'config'))
  await expect(port('web')).rejects.toMatchObject({
    code: 'PERMISSION',
    hint: expect.stringContaining('make it a file') as string,
  })
})
