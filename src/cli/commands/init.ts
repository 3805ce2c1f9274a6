import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Cul8erError, ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import type { Context } from '../context.js'
import { firstTopology, type FirstTopology } from '../first-topology.js'

export const init = (app: App) =>
  newCommand('init', {
    summary: 'write a first topology file; asks questions on a terminal',
    examples: [
      ['init', 'asks, then writes cul8er.config.ts'],
      ['init shop --yaml', 'writes cul8er.config.yaml for a topology shop'],
    ],
  })
    .argument('[name]', 'name of the topology (default: that of the folder)')
    .option('--yaml', 'YAML instead of TypeScript')
    .option('--image <image>', 'image of the instance, by its Incus name', 'images:debian/12')
    .option('--force', 'overwrite an existing file')
    .option('--yes', 'use the defaults without asking')
    .action(
      app.run(async (context, name, { yaml, image, force, yes }) => {
        const { cwd } = context.terminal
        if (!IMAGE.test(image)) throw new Cul8erError('USAGE', `${JSON.stringify(image)} is not the name of an image`)
        const file = `cul8er.config.${yaml === true ? 'yaml' : 'ts'}`
        if (force !== true && existsSync(join(cwd, file))) {
          throw new Cul8erError('ALREADY_EXISTS', `${file} already exists`, { hint: '--force overwrites it' })
        }
        const defaults: FirstTopology = {
          name: name ?? nameFrom(basename(cwd)),
          platform: await platform(),
          image,
          release: null,
        }
        const wanted =
          context.terminal.interactive && !context.json && yes !== true ? await ask(context, defaults, name) : defaults
        if (wanted === null) return ExitCode.failed
        await writeFile(join(cwd, file), firstTopology(wanted, yaml === true ? 'yaml' : 'ts'))
        context.answer(
          { topology: wanted.name, file },
          `wrote ${file}. Review it, then: cul8er validate, cul8er plan, cul8er deploy`,
        )
        return ExitCode.done
      }),
    )

/** A remote and an alias or fingerprint; nothing that would end a string in the file. */
const IMAGE = /^[\w.:/+@-]+$/

/** The rules for names are the schema's; validate says what a file breaks. */
const nameFrom = (folder: string): string =>
  folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 30)
    .replace(/-+$/, '') || 'app'

async function platform(): Promise<FirstTopology['platform']> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const id = /^ID="?([a-z]+)/m.exec(text)?.[1]
  return id === 'arch' ? 'arch_linux' : id === 'ubuntu' ? 'ubuntu' : 'debian'
}

async function ask(
  _context: Context,
  defaults: FirstTopology,
  name: string | undefined,
): Promise<FirstTopology | null> {
  const { group, text } = await import('@clack/prompts')
  let cancelled = false
  const answers = await group(
    {
      name: () =>
        name === undefined
          ? text({ message: 'What is the name of the topology?', initialValue: defaults.name, validate: checkName })
          : Promise.resolve(name),
      release: () =>
        text({ message: 'Which release does it deploy? (empty for none)', placeholder: 'my_app', defaultValue: '' }),
    },
    { onCancel: () => (cancelled = true) },
  )
  if (cancelled) return null
  return { ...defaults, name: answers.name, release: answers.release === '' ? null : answers.release }
}

const checkName = (value: string | undefined): string | undefined =>
  value !== undefined && /^[a-z][a-z0-9_-]{0,30}$/.test(value)
    ? undefined
    : 'lowercase letters, digits and dashes, starting with a letter'
