import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { root, type Installed } from './installed.js'

/** What TypeScript says of a program that imports the installed package; '' when it says nothing. */
export async function typeErrors(
  installed: Installed,
  { module, resolution }: { module: string; resolution: string },
): Promise<string> {
  const folder = mkdtempSync(join(installed.folder, 'consumer-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(installed.package, join(folder, 'node_modules', 'cul8er'))
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  writeFileSync(join(folder, 'program.ts'), PROGRAM)
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--resolveJsonModule', '--target', 'ES2022']
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const words = [...options, '--module', module, '--moduleResolution', resolution, 'program.ts']
  const { stdout } = await execa(process.execPath, [compiler, ...words], { cwd: folder, reject: false })
  return stdout
}

const PROGRAM = `
import {
  Cul8er, Cul8erError, defineTopology, loadTopologies, parseTopology, secret,
  type OperationResult, type Plan, type RunEvent, type Status, type Topology,
} from 'cul8er'
import schema from 'cul8er/schema.json' with { type: 'json' }

const declared = defineTopology('shop', {
  hosts: { here: { address: 'localhost', platform: 'debian' } },
  resources: { web: { image: 'cul8er/tiny', environment: { TOKEN: secret({ from: 'system' }) } } },
})

export async function main(): Promise<Status> {
  const [first]: Topology[] = await loadTopologies('cul8er.config.ts')
  const parsed = parseTopology(declared)
  if (!parsed.ok) throw new Error(parsed.problems.map(({ path, message }) => path + message).join())
  const cul8er = await Cul8er.connect()
  const { plan } = await cul8er.plan(first ?? parsed.topology)
  const isEmpty: Plan['empty'] = plan.empty
  const run = await cul8er.deploy(declared, { version: '1.0.0' })
  for await (const event of run.events()) tell(event)
  const result: OperationResult = await run.result()
  console.log(isEmpty, result.revision, schema.title, new Cul8erError('USAGE', 'x').code)
  // @ts-expect-error a client has no such method, so its type is known
  cul8er.nothing()
  return cul8er.status('shop')
}

function tell(event: RunEvent): void {
  if (event.type === 'ended') console.log(event.result.outcome)
}
`
