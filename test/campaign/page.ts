import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A command of a page, with what the page shows of its answer; or a file that the page says to write. */
export type Typed = { kind: 'command'; text: string; shown: string } | { kind: 'file'; name: string; text: string }

/** What a reader of a section types, in its order: the commands of its consoles, and the one file that its text names. */
export function typedIn(page: string, heading: string): Typed[] {
  const section = readFileSync(`${root}${page}`, 'utf8').split(`\n## ${heading}\n`)[1]?.split('\n## ')[0]
  if (section === undefined) throw new Error(`${page} has no section ${heading}`)
  return [...section.matchAll(/^```(console|ts)\n([\s\S]*?)^```$/gm)].flatMap(([, language, text = '']): Typed[] =>
    language === 'ts' ? [{ kind: 'file', name: 'cul8er.config.ts', text }] : commandsOf(text),
  )
}

/** A command begins with `$ `; `> ` goes on with it, and so does a here-document up to its end. */
function commandsOf(text: string): Typed[] {
  const all: { kind: 'command'; text: string; shown: string }[] = []
  let until: string | null = null
  for (const line of text.trimEnd().split('\n')) {
    const last = all.at(-1)
    if (until !== null && last !== undefined) {
      last.text += `\n${line}`
      if (line === until) until = null
    } else if (line.startsWith('$ ')) {
      all.push({ kind: 'command', text: line.slice(2).replace(/ {2,}# .*$/, ''), shown: '' })
      until = /<<'(\w+)'/.exec(line)?.[1] ?? null
    } else if (line.startsWith('> ') && last !== undefined) last.text += `\n${line.slice(2)}`
    else if (last !== undefined) last.shown += `${line}\n`
  }
  return all
}
