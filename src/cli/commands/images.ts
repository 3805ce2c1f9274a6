import { Cul8erError, ExitCode } from '../../errors.js'
import { isThisMachine } from '../../topology/hosts.js'
import { nearest } from '../../topology/nearest.js'
import { newCommand, type App } from '../command.js'
import type { Context } from '../context.js'
import type { ImportedImage } from '../images/imported.js'
import { UPDATE_WORDS } from '../images/updates.js'
import { setupScript } from '../../service/setup-script.js'
import { table } from '../render/table.js'
import { topologiesIfAny } from '../topologies.js'

export const images = (app: App) =>
  newCommand('images', {
    summary: 'the cul8er images on this machine: age, size and updates',
    examples: [
      ['images', 'shows each with its age and whether a newer one can be built'],
      ['images refresh', 'rebuilds and imports all of them, with the latest packages'],
      ['images refresh debian', 'one of them; instances keep theirs until cul8er deploy --refresh-images'],
    ],
  })
    .action(
      app.run(async (context) => {
        const { importedImages } = await import('../images/imported.js')
        const found = await importedImages(await localHost(context))
        context.answer({ images: found }, found.length === 0 ? NONE : imagesText(found, context))
        return ExitCode.done
      }),
    )
    .addCommand(refresh(app))

const refresh = (app: App) =>
  newCommand('refresh', {
    summary: 'rebuild images and import them on this machine (needs root)',
    examples: [
      ['images refresh', 'all that are imported'],
      ['images refresh debian postgres', 'these'],
    ],
  })
    .argument('[names...]', 'names of images, such as debian')
    .action(
      app.run(async (context, names) => {
        const [{ importedImages }, { rebuild }, { recipeNames }] = await Promise.all([
          import('../images/imported.js'),
          import('../images/recipes.js'),
          import('../../images/recipes.js'),
        ])
        const host = await localHost(context)
        const known = await recipeNames()
        const asked = names.map((name) => name.replace(/^cul8er\//, ''))
        for (const name of asked) if (!known.includes(name)) throw unknown(name, known)
        const wanted =
          asked.length > 0
            ? [...new Set(asked)]
            : (await importedImages(host)).map(({ name }) => name).filter((name) => known.includes(name))
        if (wanted.length > 0) await rebuild(wanted, (line) => context.say(line))
        const found = (await importedImages(host)).filter(({ name }) => wanted.includes(name))
        context.answer({ refreshed: found }, wanted.length === 0 ? NONE : imagesText(found, context))
        return ExitCode.done
      }),
    )

const NONE = `this machine has no cul8er images; ${setupScript('host')} tiny edge installs two`

function unknown(name: string, known: readonly string[]): Cul8erError {
  const near = nearest(name, known)
  return known.length === 0
    ? new Cul8erError('USAGE', 'the recipes of images are not installed here', {
        hint: 'reinstall cul8er: they come with the package',
      })
    : new Cul8erError('USAGE', `no image is named ${JSON.stringify(name)}; there are ${known.join(', ')}`, {
        ...(near === null || near === undefined ? {} : { hint: `did you mean ${near}?` }),
      })
}

/** What the topology of the file calls this machine. */
async function localHost(context: Context): Promise<string> {
  const declared = await topologiesIfAny(context)
  const hosts = declared.flatMap((topology) => Object.entries(topology.hosts))
  return hosts.find(([, host]) => isThisMachine(host))?.[0] ?? 'localhost'
}

function imagesText(found: readonly ImportedImage[], { colors }: Context): string {
  const rows = found.map(({ alias, host, builtAt, ageDays, sizeBytes, update }) => [
    alias,
    host,
    builtAt.slice(0, 10),
    ageDays === 0 ? 'today' : ageDays === 1 ? '1 day' : `${ageDays} days`,
    `${(sizeBytes / 1024 ** 2).toFixed(1)} MiB`,
    update === 'none' ? UPDATE_WORDS.none : colors.yellow(UPDATE_WORDS[update]),
  ])
  return table(['image', 'host', 'built', 'age', 'size', 'updates'], rows, colors)
}
