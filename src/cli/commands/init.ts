import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Cul8erError, ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import type { Context } from '../context.js'
import { topologyFilesIn } from '../../loaders/find.js'
import { linkTypes } from '../type-link.js'
import { firstImage, firstTopology, type FirstTopology } from '../first-topology.js'

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
    .option(
      '--image <image>',
      'image of the instance, by its Incus name (default: one of ours that is imported, else images:debian/12)',
    )
    .option('--force', 'overwrite an existing file')
    .option('--yes', 'use the defaults without asking')
    .action(
      app.run(async (context, name, { yaml, image, force, yes }) => {
        const { cwd } = context.terminal
        if (image !== undefined && !IMAGE.test(image))
          throw new Cul8erError('USAGE', `${JSON.stringify(image)} is not the name of an image`)
        const file = `cul8er.config.${yaml === true ? 'yaml' : 'ts'}`
        refuseBeside(topologyFilesIn(cwd), { file, force })
        const defaults: FirstTopology = {
          name: name ?? nameFrom(basename(cwd)),
          platform: await platform(),
          image: image ?? (await defaultImage()),
          release: null,
        }
        const wanted =
          context.terminal.interactive && !context.json && yes !== true ? await ask(context, defaults, name) : defaults
        if (wanted === null) return ExitCode.failed
        await writeFile(join(cwd, file), firstTopology(wanted, yaml === true ? 'yaml' : 'ts'))
        const types = yaml === true ? null : await linkTypes(cwd)
        context.answer(
          { topology: wanted.name, file, ...(types === 'linked' ? { linked: 'node_modules/cul8er' } : {}) },
          [
            `wrote ${file}. Review it, then: cul8er validate, cul8er plan, cul8er deploy`,
            ...(types === 'linked' ? ['linked node_modules/cul8er to this cul8er, where editors find its types'] : []),
          ].join('\n'),
        )
        return ExitCode.done
      }),
    )

/**
 * One folder has one topology file: of two, a command would read the one whose ending comes first.
 * @throws Cul8erError ALREADY_EXISTS
 */
function refuseBeside(present: readonly string[], { file, force }: { file: string; force?: boolean }): void {
  const other = present.find((name) => name !== file)
  if (other !== undefined) {
    throw new Cul8erError('ALREADY_EXISTS', `${other} already exists, and one folder has one topology file`, {
      hint: `edit it, or remove it first: ${file} beside it would hide one of the two`,
    })
  }
  if (present.length > 0 && force !== true) {
    throw new Cul8erError('ALREADY_EXISTS', `${file} already exists`, { hint: '--force overwrites it' })
  }
}

async function defaultImage(): Promise<string> {
  const { importedNames } = await import('../images/imported.js')
  return firstImage(await importedNames())
}

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
