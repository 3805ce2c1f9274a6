import type { Answer, InstanceState } from '../model.js'
import { Refusal, text } from '../texts.js'
import { releaseVerbs } from './release.js'
import type { CarryOut } from './carry-out.js'

export const exec: CarryOut = async (host, words, input) => {
  const instance = host.find(words.operands[0] ?? '', words.project)
  if (instance.status !== 'Running') throw new Refusal(text.notRunning)
  const scripted = host.scripts.find(
    ({ instance: name, command }) => (name === undefined || name === instance.name) && inOrder(command, words.inside),
  )
  if (scripted !== undefined) {
    return { exitCode: scripted.exitCode ?? 0, stdout: scripted.stdout ?? '', stderr: scripted.stderr ?? '' }
  }
  const verb = insideVerb(words.inside)
  const carryOut = verb === null ? undefined : releaseVerbs[verb]
  if (carryOut !== undefined) return carryOut({ host, instance, args: words.inside.slice(4), input, halfway: false })
  return program(instance, words.inside, words.values('env'), input.stdin)
}

/** Of the verbs of a release the first half; of other programs nothing. */
export const halfExec: CarryOut = async (host, words, input) => {
  const instance = host.find(words.operands[0] ?? '', words.project)
  const carryOut = releaseVerbs[insideVerb(words.inside) ?? '']
  if (instance.status === 'Running')
    await carryOut?.({ host, instance, args: words.inside.slice(4), input, halfway: true })
}

/** `cul8er-…`, the word after the script of `sh -c SCRIPT VERB ARG…`. */
export const insideVerb = (inside: string[]): string | null =>
  inside[0] === 'sh' && inside[1] === '-c' && inside[3]?.startsWith('cul8er-') ? inside[3] : null

// As far as tests of executors need it; what is not known is taken to have done its work in silence.
function program(
  instance: InstanceState,
  [name = '', ...args]: string[],
  env: string[],
  stdin: Uint8Array,
): string | Answer {
  if (name === 'sh' && args[0] === '-c') {
    const exit = /exit (\d+)\s*$/.exec(args[1] ?? '')
    const stderr = /echo (\S+) >&2/.exec(args[1] ?? '')?.[1]
    return { exitCode: Number(exit?.[1] ?? 0), stdout: '', stderr: stderr === undefined ? '' : `${stderr}\n` }
  }
  if (name === 'false') return { exitCode: 1, stdout: '', stderr: '' }
  if (name === 'echo') return `${args.join(' ')}\n`
  if (name === 'env') return [...env, ''].join('\n')
  if (name === 'cat' && args.length === 0) return new TextDecoder().decode(stdin)
  if (name === 'tee') {
    instance.data.files[args[0] ?? ''] = { size: stdin.length, content: Buffer.from(stdin).toString('base64') }
    return new TextDecoder().decode(stdin)
  }
  if (name === 'cat') {
    const file = instance.data.files[args[0] ?? '']
    if (file === undefined)
      return { exitCode: 1, stdout: '', stderr: `cat: can't open '${args[0]}': No such file or directory\n` }
    return Buffer.from(file.content ?? '', 'base64').toString('utf8')
  }
  if (name.startsWith('no-such')) throw new Refusal(text.noCommand, 127)
  return ''
}

function inOrder(wanted: string[], inside: string[]): boolean {
  let at = 0
  for (const word of inside) if (word === wanted[at]) at += 1
  return at === wanted.length
}
