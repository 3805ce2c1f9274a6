import type { Command } from '@commander-js/extra-typings'
import type { Cul8er, ReachedInstance } from '../../client/index.js'
import { Cul8erError, type ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import type { Context } from '../context.js'
import { topologyName } from '../topologies.js'
import { envPair, userOption } from './options.js'

interface ExecOptions {
  user?: string
  env?: Record<string, string>
}

export const exec = (app: App) =>
  newCommand('exec', {
    summary: 'run a command inside an instance',
    examples: [
      ['exec shop shop-web-1 -- ps aux', 'passes on its output and its exit code'],
      ['exec shop db -- pg_dump shop > shop.sql', 'in the only instance of db'],
      ['exec shop web --all -- cat /etc/hostname', 'in all instances of web, one after the other'],
      ['exec web --user app --env LANG=C -- sh', 'of the only topology of the file, as a user of the instance'],
    ],
  })
    .usage('[options] [topology] <instance|resource> -- <command...>')
    .argument('[topology]', 'name of the topology')
    .argument('[words...]', 'an instance or a resource, then -- and the command with its arguments')
    .option('--all', 'in all instances of the resource, one after the other')
    .addOption(userOption())
    .option(
      '--env <NAME=value>',
      'set a variable for the command; may be repeated; visible in the process list of the host',
      envPair,
    )
    .action(
      app.run(async (context, first, others, { all, user, env }, self) => {
        const { words, command } = split([first ?? '', ...others], rawArgs(self as unknown as Command))
        const { topology, name } = await meant(context, words)
        return context.connected(async (cul8er) => {
          const { instances, close } = await cul8er.reach(topology, [name])
          try {
            if (instances.length > 1 && all !== true) throw several(name, instances)
            const options = { user, env }
            if (all === true) return await each(context, cul8er, { topology, instances, command }, options)
            return await one(context, cul8er, { instance: instances[0], command }, options)
          } finally {
            await close()
          }
        })
      }),
    )

export const shell = (app: App) =>
  newCommand('shell', {
    summary: 'a login shell inside an instance',
    examples: [
      ['shell shop shop-web-1', 'ends with exit or Ctrl-D'],
      ['shell db --user postgres', 'of the only topology of the file, as a user of the instance'],
    ],
  })
    .usage('[options] [topology] <instance|resource>')
    .argument('[topology]', 'name of the topology')
    .argument('[words...]', 'an instance, or a resource that has one')
    .addOption(userOption())
    .action(
      app.run(async (context, first, others, { user }) => {
        if (!context.terminal.interactive || context.json) {
          throw new Cul8erError('USAGE', 'a shell needs a terminal', {
            hint: 'cul8er exec INSTANCE -- COMMAND runs one command without',
          })
        }
        const { topology, name } = await meant(context, [first ?? '', ...others])
        return context.connected(async (cul8er) => {
          const { instances, close } = await cul8er.reach(topology, [name])
          try {
            if (instances.length > 1) throw several(name, instances)
            const command = ['su', '-l', ...(user === undefined ? [] : [user])]
            return await one(context, cul8er, { instance: instances[0], command }, {})
          } finally {
            await close()
          }
        })
      }),
    )

/** Commander leaves out where `--` stood. */
const rawArgs = (command: Command): string[] => {
  let root: Command = command
  while (root.parent !== null) root = root.parent as Command
  return (root as unknown as { rawArgs: string[] }).rawArgs
}

function split(operands: string[], raw: string[]): { words: string[]; command: string[] } {
  const at = raw.indexOf('--')
  const command = at === -1 ? [] : raw.slice(at + 1)
  if (command.length === 0) {
    throw new Cul8erError('USAGE', 'no command given: put it after --', {
      hint: 'cul8er exec shop shop-web-1 -- ps aux',
    })
  }
  return { words: operands.filter((word) => word !== '').slice(0, -command.length), command }
}

async function meant(context: Context, words: string[]): Promise<{ topology: string; name: string }> {
  const given = words.filter((word) => word !== '')
  const [first, second, ...more] = given
  if (first === undefined || more.length > 0) {
    throw new Cul8erError('USAGE', `${given.length} names given; expected a topology and an instance or resource`, {
      hint: 'cul8er help exec shows examples',
    })
  }
  if (second === undefined) return { topology: await topologyName(context), name: first }
  return { topology: first, name: second }
}

const several = (name: string, instances: ReachedInstance[]): Cul8erError =>
  new Cul8erError(
    'USAGE',
    `${name} has ${instances.length} instances: ${instances.map((each) => each.name).join(', ')}`,
    {
      hint: 'name one of them; cul8er exec --all runs a command in each',
      details: { instances: instances.map((each) => each.name) },
    },
  )

async function one(
  context: Context,
  cul8er: Cul8er,
  { instance, command }: { instance: ReachedInstance | undefined; command: string[] },
  options: ExecOptions,
): Promise<ExitCode> {
  if (instance === undefined) throw new Cul8erError('NOT_FOUND', 'there is no such instance')
  if (!context.json) return (await cul8er.exec(instance, command, { ...options, stdin: true })) as ExitCode
  const answer = await captured(cul8er, { instance, command, stdin: true }, options)
  context.answer(answer, '')
  return answer.exitCode as ExitCode
}

/** One after the other, each line with the instance's name before it; ends with the exit code of the first that failed. */
async function each(
  context: Context,
  cul8er: Cul8er,
  { topology, instances, command }: { topology: string; instances: ReachedInstance[]; command: string[] },
  options: ExecOptions,
): Promise<ExitCode> {
  const answers = []
  for (const instance of instances) {
    const answer = await captured(cul8er, { instance, command, stdin: false }, options)
    answers.push(answer)
    if (context.json) continue
    const prefix = context.colors.dim(`${instance.name} |`)
    const lines = (output: string): string[] => (output === '' ? [] : output.replace(/\n$/, '').split('\n'))
    for (const line of lines(answer.stdout)) context.terminal.stdout.write(`${prefix} ${line}\n`)
    for (const line of lines(answer.stderr)) context.terminal.stderr.write(`${prefix} ${line}\n`)
  }
  context.answer({ topology, results: answers }, '')
  return (answers.find(({ exitCode }) => exitCode !== 0)?.exitCode ?? 0) as ExitCode
}

async function captured(
  cul8er: Cul8er,
  { instance, command, stdin }: { instance: ReachedInstance; command: string[]; stdin: boolean },
  options: ExecOptions,
): Promise<{ instance: string; exitCode: number; stdout: string; stderr: string }> {
  const output = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] }
  const take = {
    stdout: (chunk: Uint8Array) => void output.stdout.push(chunk),
    stderr: (chunk: Uint8Array) => void output.stderr.push(chunk),
  }
  const exitCode = await cul8er.exec(instance, command, { ...options, take, stdin })
  const [stdout, stderr] = [output.stdout, output.stderr].map((chunks) => Buffer.concat(chunks).toString('utf8'))
  return { instance: instance.name, exitCode, stdout: stdout ?? '', stderr: stderr ?? '' }
}
