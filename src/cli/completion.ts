/** What a shell completes of one command. */
export interface CommandWords {
  name: string
  summary: string
  options: OptionWords[]
  subcommands: string[]
  takesTopology: boolean
  /** Resources and instances may stand behind it. */
  takesInstances: boolean
  /** Snapshots may stand behind it. */
  takesSnapshots: boolean
}

export interface OptionWords {
  /** `--strategy` */
  name: string
  /** What may stand behind it; absent: anything, or nothing. */
  values?: readonly string[] | Live
}

/** A command line that prints names when Tab is pressed. */
export interface Live {
  command: string
}

/** A completion script; it asks `cul8er __topologies`, `__hosts`, `__instances` and `__snapshots` for names when Tab is pressed. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish', commands: CommandWords[]): string {
  switch (shell) {
    case 'bash':
      return bash(commands)
    case 'zsh':
      return `#compdef cul8er\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`
    case 'fish':
      return fish(commands)
  }
}

const bash = (commands: CommandWords[]): string => `_cul8er() {
  local word=\${COMP_WORDS[COMP_CWORD]} command='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      -f|--file|--address|--namespace) i=$((i + 1)) ;;
      -*) ;;
      *) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  local words=''
  case $command:\${COMP_WORDS[COMP_CWORD - 1]} in
${commands.flatMap(bashValues).join('\n')}
  esac
  if [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    return
  fi
  case $command in
    '') words='${commands.map(({ name }) => name).join(' ')}' ;;
${commands.map(bashCase).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _cul8er cul8er
`

const bashValues = ({ name, options }: CommandWords): string[] =>
  options.flatMap(({ name: option, values }) =>
    values === undefined ? [] : [`    ${name}:${option}) words="${wordsOf(values, '$')}" ;;`],
  )

/** @param call - how the shell spells a command whose output is meant: `$(…)`, in fish `(…)` */
const wordsOf = (values: readonly string[] | Live, call: '$' | ''): string =>
  'command' in values ? `${call}(${values.command} 2>/dev/null)` : values.join(' ')

function bashCase({ name, options, subcommands, takesTopology, ...takes }: CommandWords): string {
  const topologies = takesTopology || subcommands.length > 0 ? ' $(cul8er __topologies 2>/dev/null)' : ''
  const names = [topologies, ...live(takes).map((command) => ` $(${command} 2>/dev/null)`)].join('')
  return `    ${name}) words="${[...subcommands, ...options.map((option) => option.name)].join(' ')}${names}" ;;`
}

/** The command lines that print what may stand behind a command, beside topologies. */
const live = ({
  takesInstances,
  takesSnapshots,
}: Pick<CommandWords, 'takesInstances' | 'takesSnapshots'>): string[] => [
  ...(takesInstances ? ['cul8er __instances'] : []),
  ...(takesSnapshots ? ['cul8er __snapshots'] : []),
]

const fish = (commands: CommandWords[]): string =>
  [
    `set -l commands ${commands.map(({ name }) => name).join(' ')}`,
    'complete -c cul8er -f',
    ...commands.flatMap(({ name, summary, options, subcommands, takesTopology, ...takes }) => [
      `complete -c cul8er -n "not __fish_seen_subcommand_from $commands" -a ${name} -d ${fishQuoted(summary)}`,
      ...options.map(
        ({ name: option, values }) =>
          `complete -c cul8er -n "__fish_seen_subcommand_from ${name}" -l ${option.slice(2)}` +
          (values === undefined ? '' : ` -x -a "${wordsOf(values, '')}"`),
      ),
      ...(subcommands.length === 0
        ? []
        : [`complete -c cul8er -n "__fish_seen_subcommand_from ${name}" -a "${subcommands.join(' ')}"`]),
      ...(takesTopology || subcommands.length > 0
        ? [`complete -c cul8er -n "__fish_seen_subcommand_from ${name}" -a "(cul8er __topologies 2>/dev/null)"`]
        : []),
      ...live(takes).map(
        (command) => `complete -c cul8er -n "__fish_seen_subcommand_from ${name}" -a "(${command} 2>/dev/null)"`,
      ),
    ]),
    '',
  ].join('\n')

const fishQuoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
