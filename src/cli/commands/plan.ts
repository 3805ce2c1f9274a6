import { resolve } from 'node:path'
import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import { planText } from '../render/plan.js'
import { laidOut } from '../render/wrapped.js'
import { topologyOfFile } from '../topologies.js'
import { forceOption, refreshImagesOption, strategyOption, versionOption, withoutOption } from './options.js'

export const plan = (app: App) =>
  newCommand('plan', {
    summary: 'show what a deploy would change, and why; exit code 2 when there are changes',
    examples: [
      ['plan', 'compares the file with what is running'],
      ['plan shop --version 1.2.0', 'as if 1.2.0 were deployed'],
      ['plan --refresh-images', 'what replacing the instances of older images would change'],
      ['plan --out shop.plan', 'saves the plan for cul8er deploy --plan shop.plan'],
    ],
  })
    .argument('[topology]', 'name of the topology')
    .option('--out <file>', 'save the plan for deploy --plan')
    .addOption(versionOption())
    .addOption(strategyOption())
    .addOption(withoutOption())
    .addOption(refreshImagesOption())
    .addOption(forceOption())
    .action(
      app.run(async (context, name, { out, version, strategy, without, refreshImages, force }) => {
        const { topology, directory } = await topologyOfFile(context, name)
        return context.connected(async (cul8er) => {
          const { env, cwd } = context.terminal
          const asked = { version, strategy, without, refreshImages, force, directory, env }
          const saved = await cul8er.plan(topology, asked)
          if (out !== undefined) {
            const { writePlan } = await import('../../client/saved-plan.js')
            await writePlan(resolve(cwd, out), saved)
          }
          const kept = out === undefined ? '' : `\nsaved; deploy it with: cul8er deploy --plan ${out}`
          const text = planText(saved.plan, context.colors, context.columns)
          context.answer(saved.plan, laidOut(text, context.progress) + kept)
          return saved.plan.empty ? ExitCode.done : ExitCode.changes
        })
      }),
    )
