import { ENDINGS } from '../loaders/find.js'

/** What a shell completes of one command. */
export interface CommandWords {
  /** `deploy`, or `state import` */
  path: string
  summary: string
  options: OptionWords[]
  subcommands: string[]
  /** What may stand behind it. */
  operands: Candidates[]
}

export interface OptionWords {
  /** `--strategy` */
  name: string
  /** `-f` */
  short?: string
  /** What stands behind it; absent: nothing, it is a flag. */
  values?: Candidates
}

/** What a word may be: one of a list, a name that is read when Tab is pressed, a file, or anything. */
export type Candidates =
  | { kind: 'words'; words: readonly string[] }
  | { kind: 'names'; names: LiveNames }
  | { kind: 'files'; of: 'topology' | 'any' }
  | { kind: 'anything' }

/** Names that are read when Tab is pressed: `cul8er __hosts` prints those of hosts. */
export const LIVE_NAMES = [
  'topologies',
  'hosts',
  'sites',
  'resources',
  'instances',
  'snapshots',
  'backups',
  'revisions',
  'operations',
  'images',
] as const

export type LiveNames = (typeof LIVE_NAMES)[number]

/** The hidden command that prints names; it gets what was typed so far, and so knows the file and the topology. */
export const namesCommand = (names: LiveNames): string => `__${names}`

/** A completion script; it asks `cul8er __hosts` and the like for names when Tab is pressed. */
export function completionScript(
  shell: 'bash' | 'zsh' | 'fish',
  commands: CommandWords[],
  globals: OptionWords[],
): string {
  switch (shell) {
    case 'bash':
      return bash(commands, globals)
    case 'zsh':
      return `#compdef cul8er\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands, globals)}`
    case 'fish':
      return fish(commands, globals)
  }
}

// Candidates come a line each and are compared, never expanded: a name is text, whatever it holds.
const bash = (commands: CommandWords[], globals: OptionWords[]): string => `_cul8er_offer() {
  local each
  while IFS= read -r each; do
    case $each in "$word"*) COMPREPLY+=("$prefix$each") ;; esac
  done
}
_cul8er_files() {
  local each
  while IFS= read -r each; do
    if [ -d "$each" ] || [[ $each =~ $1 ]]; then COMPREPLY+=("$prefix$each"); fi
  done < <(compgen -f -- "$word")
  compopt -o filenames 2>/dev/null
}
_cul8er_names() {
  _cul8er_offer < <(cul8er "$1" -- "\${typed[@]}" 2>/dev/null </dev/null)
}
_cul8er() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command='' prefix='' i each
  local -a typed
  COMPREPLY=()
  # bash takes --option=value apart, zsh does not.
  case $word in
    =) word='' ;;
    --*=*) before=\${word%%=*} prefix=$before= word=\${word#*=} ;;
    *) if [ "$before" = = ]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    each=\${COMP_WORDS[i]}
    # What follows is a command for an instance.
    if [ "$each" = -- ]; then return; fi
    if [ "$each" != = ]; then typed+=("$each"); fi
  done
  for ((i = 0; i < \${#typed[@]}; i++)); do
    case \${typed[i]} in
      ${globals.flatMap((option) => (option.values === undefined ? [] : spellings(option))).join('|')}) i=$((i + 1)) ;;
      -*) ;;
      *)
        case $command in
          '') command=\${typed[i]} ;;
          ${parents(commands).join('|')}) command="$command \${typed[i]}"; break ;;
          *) break ;;
        esac ;;
    esac
  done
  case $command:$before in
${[...globals.flatMap((option) => bashValues('*', option)), ...commands.flatMap(({ path, options }) => options.flatMap((option) => bashValues(`'${path}'`, option)))].join('\n')}
  esac
  case $command in
    '') _cul8er_offer < <(printf '%s\\n' ${[...topLevel(commands).map(({ path }) => path), ...globals.map(({ name }) => name)].join(' ')}) ;;
${commands.map((command) => bashOperands(command, globals)).join('\n')}
  esac
}
complete -o default -F _cul8er cul8er
`

const bashValues = (path: string, option: OptionWords): string[] =>
  option.values === undefined
    ? []
    : [
        `    ${spellings(option)
          .map((spelling) => `${path}:${spelling}`)
          .join('|')}) ${bashOffer(option.values)} return ;;`,
      ]

function bashOperands({ path, options, subcommands, operands }: CommandWords, globals: OptionWords[]): string {
  const words = [...subcommands, ...[...options, ...globals].map(({ name }) => name)]
  const offers = [...operands, { kind: 'words', words } as const].map(bashOffer)
  return `    '${path}') ${offers.join(' ')} ;;`
}

function bashOffer(candidates: Candidates): string {
  switch (candidates.kind) {
    case 'words':
      return `_cul8er_offer < <(printf '%s\\n' ${candidates.words.join(' ')});`
    case 'names':
      return `_cul8er_names ${namesCommand(candidates.names)};`
    case 'files':
      return `_cul8er_files '${candidates.of === 'any' ? '' : `(${ENDINGS.map((ending) => `\\${ending}`).join('|')})$`}';`
    case 'anything':
      return ''
  }
}

// fish offers files unless it is told not to, and compares what it is given by itself.
const fish = (commands: CommandWords[], globals: OptionWords[]): string =>
  [
    'function __cul8er_path',
    '  set -l path',
    '  set -l skip 0',
    '  for word in (commandline -opc)[2..]',
    '    if test $skip = 1; set skip 0; continue; end',
    '    switch $word',
    `      case ${globals.flatMap((option) => (option.values === undefined ? [] : spellings(option))).join(' ')}; set skip 1`,
    `      case '-*'`,
    "      case '*'",
    '        set -a path $word',
    `        contains -- $path[1] ${parents(commands).join(' ')}; and test (count $path) = 1; or break`,
    '    end',
    '  end',
    '  echo "$path"',
    'end',
    'function __cul8er_names',
    '  # What follows is a command for an instance.',
    '  if contains -- -- (commandline -opc); return; end',
    '  cul8er $argv[1] -- (commandline -opc)[2..] 2>/dev/null </dev/null',
    'end',
    'complete -c cul8er -f',
    ...globals.map((option) => fishOption('', option)),
    ...topLevel(commands).map(
      ({ path, summary }) => `complete -c cul8er -n 'test -z (__cul8er_path)' -a ${path} -d ${fishQuoted(summary)}`,
    ),
    ...commands.flatMap(({ path, options, subcommands, operands }) => {
      const here = ` -n 'test "$(__cul8er_path)" = "${path}"'`
      return [
        ...options.map((option) => fishOption(here, option)),
        ...(subcommands.length === 0 ? [] : [`complete -c cul8er${here} -a '${subcommands.join(' ')}'`]),
        ...operands.flatMap((operand) =>
          operand.kind === 'anything' ? [] : [`complete -c cul8er${here}${fishCandidates(operand)}`],
        ),
      ]
    }),
    '',
  ].join('\n')

const fishOption = (here: string, { name, short, values }: OptionWords): string =>
  `complete -c cul8er${here} -l ${name.slice(2)}` +
  (short === undefined ? '' : ` -s ${short.slice(1)}`) +
  (values === undefined ? '' : values.kind === 'files' ? ' -r -F' : ` -x${fishCandidates(values)}`)

function fishCandidates(candidates: Candidates): string {
  switch (candidates.kind) {
    case 'words':
      return ` -a '${candidates.words.join(' ')}'`
    case 'names':
      return ` -a '(__cul8er_names ${namesCommand(candidates.names)})'`
    case 'files':
      return ' -F'
    case 'anything':
      return ''
  }
}

const spellings = ({ name, short }: OptionWords): string[] => [name, ...(short === undefined ? [] : [short])]

const topLevel = (commands: CommandWords[]): CommandWords[] => commands.filter(({ path }) => !path.includes(' '))

const parents = (commands: CommandWords[]): string[] =>
  commands.filter(({ subcommands }) => subcommands.length > 0).map(({ path }) => path)

const fishQuoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
