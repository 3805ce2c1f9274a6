// demo.mjs [--emulated WHY] [--keep]: the walk through examples/shop. Set-up is done by scripts/demo.
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { title, tell, heading, command } from './walk/print.mjs'
import { run } from './walk/run.mjs'
import { knock, visit } from './walk/visit.mjs'

const startedAt = Date.now()
const root = fileURLToPath(new URL('..', import.meta.url))
const emulated = process.argv.indexOf('--emulated')
const keep = process.argv.includes('--keep')
const port = Number(process.env.SHOP_PORT ?? 8080)

// A service of the demo's own, so that it touches nothing of yours and leaves nothing behind.
const home = join(process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'cul8er-demo')
const env = {
  ...process.env,
  CUL8ER_HOME: home,
  SHOP_PORT: String(port),
  SHOP_DB_PASSWORD: randomBytes(18).toString('base64url'),
}
for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_PROFILE']) delete env[name]
if (emulated > 0) env.SHOP_EMULATED = '1'

const shop = join(root, 'examples', 'shop')
const cul8er = (args, expected = [0]) => {
  command(`cul8er ${args.join(' ')}`)
  return run(join(root, 'bin', 'cul8er'), args, { cwd: shop, env, expected })
}
const ask = async (args) =>
  JSON.parse(
    await run(join(root, 'bin', 'cul8er'), ['--json', ...args], { cwd: shop, env, expected: null, quiet: true }),
  )
const address = async () => {
  if (emulated < 0) return `http://127.0.0.1:${port}/`
  const { instances } = await ask(['status', 'shop'])
  return `http://${instances.find(({ resource }) => resource === 'web').address}:8000/`
}

title(
  emulated > 0
    ? `cul8er demo, on the emulator ${process.argv[emulated + 1]}: instances are processes in memory, and there is no real database`
    : 'cul8er demo: a PostgreSQL and three instances of a web app, on Incus',
)

// Ctrl-C reaches the command that runs now; the walk then ends and what it made is removed.
process.on('SIGINT', () => {})
let failed = false
try {
  await walk()
} catch (error) {
  failed = true
  tell(`The demo failed: ${error.message}`)
}
if (keep) tellHowToGoOn()
else await remove()
tell(`\n${failed ? 'failed' : 'done'} in ${((Date.now() - startedAt) / 1000).toFixed(0)} s`)
process.exit(failed ? 1 : 0)

async function walk() {
  heading('What a deploy would do')
  await cul8er(['plan'], [2])

  heading('The first deploy: the database, then the web app, one instance first and then two at a time')
  await cul8er(['deploy', '--yes'])

  heading(
    emulated > 0
      ? 'What an instance responds'
      : 'What the app answers, with a row in PostgreSQL that each visit counts up',
  )
  await visit(await address(), 4)
  await cul8er(['status'])

  heading(emulated > 0 ? 'An update to 1.1.0' : 'An update to 1.1.0, under load')
  const load = emulated > 0 ? null : knock(await address())
  await cul8er(['deploy', '--version', 'shop=1.1.0', '--yes'])
  if (load !== null) {
    const { total, failures } = await load.stop()
    const reasons = Object.entries(failures).map(([reason, count]) => `${count} ${reason}`)
    tell(`${total} requests during the update, ${reasons.length === 0 ? 'none' : reasons.join(', ')} failed`)
    if (reasons.length > 0) throw new Error('requests failed during the update')
  }
  await visit(await address(), 2)

  if (emulated < 0) await drift()

  heading('Roll back to the previous revision')
  await cul8er(['rollback', '--yes'])
  await visit(await address(), 2)

  heading('What happened')
  await cul8er(['history'])
  const { uiUrl } = await ask(['service', 'status'])
  tell(`The Web UI with these workflows: ${uiUrl}`)
}

async function drift() {
  heading('Somebody changes an instance by hand')
  const incus = (args) => {
    command(`incus ${args.join(' ')}`)
    return run('incus', args, { cwd: shop, env, expected: [0] })
  }
  await incus(['config', 'set', 'shop-web-2', 'limits.memory=64MiB'])
  await incus(['delete', '--force', 'shop-web-3'])
  await cul8er(['status'], [1])
  tell('A deploy of the same version repairs it.')
  await cul8er(['deploy', '--version', 'shop=1.1.0', '--yes'])
}

async function remove() {
  heading('Removing everything')
  try {
    // An interrupted walk may have left a deploy under way.
    await cul8er(['destroy', '--yes', '--wait'])
    await cul8er(['service', 'stop'])
    rmSync(home, { recursive: true, force: true })
  } catch (error) {
    failed = true
    tell(`Not everything could be removed: ${error.message}`)
    tellHowToGoOn()
  }
}

function tellHowToGoOn() {
  tell(`\nIt is still running. To go on:
  cd examples/shop && export CUL8ER_HOME=${home} SHOP_PORT=${port}${emulated > 0 ? ' SHOP_EMULATED=1' : ''}
  ../../bin/cul8er status
  ../../bin/cul8er deploy --version shop=1.2.0     this version is broken: see it being undone
  ../../bin/cul8er destroy && ../../bin/cul8er service stop`)
}
