import { resolve } from 'node:path'
import type { Cul8er, DeployOptions, SavedPlan } from '../../client/index.js'
import { Cul8erError, ExitCode } from '../../errors.js'
import { begun } from '../begun.js'
import { newCommand, type App } from '../command.js'
import { certificatesNow } from '../certificates.js'
import { agrees, needsConsent } from '../confirm.js'
import type { Context } from '../context.js'
import { saysWait } from '../follow.js'
import { planText } from '../render/plan.js'
import { admits } from '../trust.js'
import { topologyOfFile, type FileTopology } from '../topologies.js'
import {
  detachOption,
  forceOption,
  refreshImagesOption,
  strategyOption,
  trustOption,
  versionOption,
  waitOption,
  withoutOption,
  yesOption,
} from './options.js'

export const deploy = (app: App) =>
  newCommand('deploy', {
    summary: 'make the hosts match the topology file',
    examples: [
      ['deploy', 'shows the plan, asks, and deploys'],
      ['deploy --version 1.2.0 --yes', 'deploys this version of every release, without asking'],
      ['deploy --plan shop.plan --yes', 'carries out a saved plan, or refuses if anything has changed since'],
      ['deploy --refresh-images', 'also replaces instances of older images'],
      ['deploy --dry-run', 'prints each Incus command that would run'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .addOption(versionOption())
    .option('--plan <file>', 'a plan saved by cul8er plan --out')
    .option('--dry-run', 'print each Incus command instead of running it')
    .addOption(forceOption())
    .addOption(yesOption())
    .addOption(detachOption())
    .addOption(waitOption())
    .addOption(strategyOption())
    .addOption(withoutOption())
    .addOption(refreshImagesOption())
    .addOption(trustOption())
    .action(
      app.run(async (context, name, options) => {
        if (options.dryRun !== true) needsConsent(context, options)
        const { topology, directory, saved } = await meant(context, name, options.plan)
        const { version, strategy, without, refreshImages, force, wait, trust } = options
        const { env } = context.terminal
        const asked = { version, strategy, without, refreshImages }
        const noted = (note: string): void => context.say(`${context.colors.yellow('!')} ${note}`)
        const settings = {
          ...asked,
          force,
          wait,
          trust,
          waiting: saysWait(context),
          noted,
          directory,
          env,
          plan: saved,
        }
        if (saved !== undefined && Object.values(asked).some((value) => value !== undefined)) {
          throw new Cul8erError(
            'USAGE',
            '--version, --strategy, --without and --refresh-images cannot be combined with --plan',
            {
              hint: 'they are part of the saved plan: make a new one with cul8er plan --out FILE',
            },
          )
        }
        if (saved === undefined && trust === true) {
          throw new Cul8erError('USAGE', '--trust works only with --plan', {
            hint: 'your own topology file needs no --trust',
          })
        }
        return context.connected(async (cul8er) => {
          if (saved !== undefined) {
            const file = { kind: 'saved plan', content: saved, topologies: [saved.revision.topology] } as const
            if (!(await admits(context, cul8er, file, options))) return ExitCode.failed
          }
          if (options.dryRun === true) return dryRun(context, cul8er, topology, settings)
          const agreed = await consent(context, cul8er, topology, settings, options)
          if (agreed === null) return ExitCode.failed
          const run = await cul8er.deploy(topology, agreed)
          return begun(context, cul8er, run, { detach: options.detach, leadsTo: true, planShown: options.yes !== true })
        })
      }),
    )

type Settings = DeployOptions & { directory: string }

// A saved plan holds what it deploys; a file beside it must still say the same.
async function meant(
  context: Context,
  name: string | undefined,
  planFile: string | undefined,
): Promise<Pick<FileTopology, 'topology' | 'directory'> & { saved?: SavedPlan }> {
  if (planFile === undefined) return topologyOfFile(context, name)
  const { readPlan, refuseChangedFile } = await import('../../client/saved-plan.js')
  const saved = await readPlan(resolve(context.terminal.cwd, planFile))
  if (name !== undefined && name !== saved.topology) {
    throw new Cul8erError('USAGE', `the plan is for ${saved.topology}, not for ${name}`)
  }
  const file = await topologyOfFile(context, saved.topology).catch((error: unknown) => {
    if (error instanceof Cul8erError && error.code === 'USAGE' && context.options.file === undefined) return null
    throw error
  })
  if (file !== null) refuseChangedFile(saved, file.topology)
  return { topology: saved.revision.topology, directory: file?.directory ?? context.terminal.cwd, saved }
}

/** What a person saw is what is deployed; null: they said no. */
async function consent(
  context: Context,
  cul8er: Cul8er,
  topology: FileTopology['topology'],
  settings: Settings,
  options: { yes?: boolean },
): Promise<Settings | null> {
  if (options.yes === true) {
    // A plan would say it.
    const { endSoon } =
      settings.plan === undefined ? await certificatesNow(topology, settings.directory) : { endSoon: [] }
    for (const warning of endSoon) context.say(`${context.colors.yellow('!')} ${warning}`)
    return settings
  }
  const plan = settings.plan ?? (await cul8er.plan(topology, settings))
  // What a file of somebody else shows need not be what it does.
  const shown = cul8er.made('saved plan', plan)
    ? plan.plan
    : await cul8er.planRevision(plan.revision, {
        ...settings,
        without: plan.without,
        refreshImages: plan.refreshImages,
      })
  context.tell(planText(shown, context.colors, context.columns))
  return (await agrees(
    context,
    options,
    shown.empty ? 'Nothing would change. Deploy anyway?' : `Deploy ${topology.name}?`,
  ))
    ? { ...settings, plan }
    : null
}

async function dryRun(
  context: Context,
  cul8er: Cul8er,
  topology: FileTopology['topology'],
  settings: Settings,
): Promise<ExitCode> {
  const { plan, commands } = await cul8er.dryRun(topology, settings)
  const { dryLines, dryObject } = await import('../render/dry-run.js')
  const text = commands.length === 0 ? planText(plan, context.colors) : dryLines(commands, context.colors).join('\n')
  context.answer(
    { topology: topology.name, dryRun: true, changes: plan.changes, commands: commands.map(dryObject) },
    text,
  )
  return ExitCode.done
}
