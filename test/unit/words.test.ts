import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

/* Phrases that puzzled readers, and what is said instead. None of them comes back in a message or in the documents. */

const FORBIDDEN: [phrase: RegExp, instead: string][] = [
  [/\bwhat shall be\b|\bshall be\b/, 'the desired state; should be'],
  [/\bmade no end\b/, 'exceeded its progress deadline'],
  [/\bnobody is there to ask\b/, 'confirmation required, but no terminal is attached'],
  [/\bas asked\b/, 'did not reach the requested configuration'],
  [/\bits answer did not arrive\b|\bdid not arrive (whole|as)\b/, 'no complete response; arrived incomplete, damaged'],
  [/\bsaid no\b/, 'failed (exit 1)'],
  [/\bended from outside\b|\bwas ended\b/, 'was killed'],
  [/\bmend (the|it)\b|\bmends\b/, 'fix the cause; repairs'],
  [/\bwhat is gone stays gone\b/, 'removed instances are skipped'],
  [/\bit is not there\b/, 'missing'],
  [/\bis no (file|text|JSON|YAML|topology file|http)\b|\bno (JSON|YAML|PEM):/, 'is not a file; not valid YAML'],
  [/\b(says|say) no version\b/, 'has no version'],
  [/\blooks? once more\b|\basked once more\b|\bonce more as\b/, 'recheck'],
  [/(?<!-)\banew\b/, 'again; rebuilt, rewritten'],
  [/\bput aside\b|\bshelved\b/, 'standby; replaced'],
  [/\bis told of\b|\btells of\b|\btell of\b/, 'knows; logs'],
  [/\bnothing to say\b/, 'has no input'],
  [/\bstands ready\b|\bstands by\b/, 'is ready; becomes the standby'],
  [/\bbrings (it|two|that|what|them)\b/, 'installs, downloads'],
  [/\btakes no part\b/, 'is ignored, is left out'],
  [/\bstranger'?s?\b/, 'foreign'],
  [
    /(?<!of )\b1 (changes|places|times|instances|requests|replicas|days|revisions|hosts|resources)\b/,
    'the singular after 1',
  ],
  [/\bwhat is where\b/, 'the state of each instance'],
  [/\bdid not get healthy\b|\bdoes not get healthy\b/, 'become healthy'],
  [/\bby itself (at|after|on)\b|\bdestroyed by itself\b|\bremoved by itself\b/, 'automatically'],
  [/\bsmall letters\b/, 'lowercase letters'],
  [/\b(is|are) expected[.;,]?$/, 'expected …'],
  [/\bis there already\b/, 'already exists'],
  [/\bservice has ended\b|\bservice does not run\b/, 'has stopped; is not running'],
  [/\bgo on with (the next|what)\b/, 'continue at the next start; keep printing'],
  [/\b(back )?(into|out of) the traffic\b/, 'into rotation, out of rotation'],
  [/\bset(s)? (it|this) right\b/, 'repairs'],
  [/\bmakes? no sense\b/, 'is not possible'],
  [/\bin a circle\b|\bthe circle\b/, 'cycle'],
  [/\bfault of cul8er\b/, 'a bug in cul8er'],
  [/\bsteer (it|the)\b/i, 'control'],
  [/\btakes up volume\b/, 'adopts volume'],
  [/\bcomes? later\b/, 'is not supported yet'],
  [/\bcannot be asked\b|\bcould not be asked\b/, 'did not answer'],
  [/\bsaid nothing\b/, 'printed nothing'],
]

const root = fileURLToPath(new URL('../..', import.meta.url))
const under = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(root, folder, name))

/** The literals of a source file with their lines, an interpolation as `…`. */
function literals(file: string): [line: number, text: string][] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const found: [number, string][] = []
  const visit = (node: ts.Node): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) found.push([line, node.text])
    if (ts.isTemplateExpression(node))
      found.push([line, node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join('')])
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** Shell scripts in a literal say nothing to people. */
const isScript = (file: string): boolean => /(\/scripts\/|scripts\.ts$|run-script\.ts$)/.test(file)

const SOURCES = ['src', 'workflows', 'activities', 'workers']
  .flatMap((folder) => under(folder, '.ts'))
  .filter((file) => !isScript(file))
const DOCUMENTS = [...under('docs', '.md'), join(root, 'README.md'), join(root, 'SECURITY.md')]

const places: [place: string, text: string][] = [
  ...SOURCES.flatMap((file) =>
    literals(file).map(([line, text]): [string, string] => [`${relative(root, file)}:${line}`, text]),
  ),
  ...DOCUMENTS.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((text, i): [string, string] => [`${relative(root, file)}:${i + 1}`, text]),
  ),
]

describe('words', () => {
  test('messages and documents are read', () => {
    expect(SOURCES.length).toBeGreaterThan(300)
    expect(places.some(([, text]) => text.includes('did not become healthy'))).toBe(true)
  })

  test.each(FORBIDDEN)('%s: say "%s"', (phrase) => {
    expect(places.filter(([, text]) => phrase.test(text)).map(([place, text]) => `${place}: ${text}`)).toEqual([])
  })
})
