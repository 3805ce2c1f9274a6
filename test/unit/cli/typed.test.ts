import { Command } from '@commander-js/extra-typings'
import { expect, it } from 'vitest'
import { typedOptions } from '../../../src/cli/typed.js'

it.each<[string[], string[]]>([
  [[], []],
  [['--force'], ['--force']],
  [['--token', 'eyJz'], ['--token …']],
  [
    ['-f', 'x.yaml', '--version', '1', '--version', 'api=2', 'shop'],
    ['--file x.yaml', '--version 1', '--version api=2'],
  ],
])('%j', (argv, expected) => {
  let typed: string[] = []
  const command = new Command()
    .argument('[topology]')
    .option('-f, --file <file>')
    .option('--keep <n>', 'not typed', '3')
    .option('--force')
    .option('--token <token>')
    .option('--version <v>', 'several', (value: string, before: string[] | undefined) => [...(before ?? []), value])
  command.action(() => {
    typed = typedOptions(command as unknown as Command)
  })
  command.parse(argv, { from: 'user' })
  expect(typed).toEqual(expected)
})
