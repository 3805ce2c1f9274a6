import type { Command } from '@commander-js/extra-typings'

/** Options of a command as they were typed. None of them has a secret for a value; one that gets one belongs in `SECRET`. */
export function typedOptions(command: Command): string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName()
    if (command.getOptionValueSource(name) !== 'cli') return []
    const flag = option.long ?? option.flags
    if (SECRET.has(flag)) return [`${flag} …`]
    const value: unknown = command.getOptionValue(name)
    if (typeof value === 'boolean') return [flag]
    return [value].flat().map((each) => `${flag} ${String(each)}`)
  })
}

const SECRET: ReadonlySet<string> = new Set(['--token'])
