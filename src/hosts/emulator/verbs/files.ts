import { Refusal, text } from '../texts.js'
import { sha256 } from '../tarball.js'
import type { CarryOut } from './index.js'

export const push: CarryOut = (host, words, { stdin }) => {
  const { name, path } = place(words.operands[1] ?? '')
  const instance = host.find(name, words.project)
  const folder = path.slice(0, path.lastIndexOf('/'))
  if (!words.has('create-dirs') && !FOLDERS.has(folder) && !hasFolder(instance.data.files, folder)) {
    throw new Refusal(text.noFile)
  }
  const mib = stdin.length / (1024 * 1024)
  if (mib > rootMiB(instance.devices.root?.size)) throw new Refusal(text.overQuota(path))
  host.claimSpace(mib, text.noSpaceForFile(path))
  const mode = words.values('mode')[0] ?? '0644'
  instance.data.files[path] = {
    sha256: sha256(stdin),
    size: stdin.length,
    mode,
    ...(/[1-7]$|[1-7].$/.test(mode) ? { content: Buffer.from(stdin).toString('base64') } : {}),
  }
}

export const pull: CarryOut = (host, words) => {
  const { name, path } = place(words.operands[0] ?? '')
  const file = host.find(name, words.project).data.files[path]
  if (file === undefined) throw new Refusal(text.noFile)
  return Buffer.from(file.content ?? '', 'base64').toString('utf8')
}

// Infinity when the root disk has no limit of its own.
function rootMiB(size: string | undefined): number {
  const [, number, unit] = /^(\d+)(MiB|GiB)$/.exec(size ?? '') ?? []
  return number === undefined ? Infinity : Number(number) * (unit === 'GiB' ? 1024 : 1)
}

// Folders that every image has.
const FOLDERS = new Set(['', '/root', '/tmp', '/etc', '/opt', '/var', '/usr/bin', '/usr/local/bin', '/srv'])

const hasFolder = (files: Record<string, unknown>, folder: string): boolean =>
  Object.keys(files).some((path) => path.startsWith(`${folder}/`))

function place(operand: string): { name: string; path: string } {
  const slash = operand.indexOf('/')
  return { name: operand.slice(0, slash), path: operand.slice(slash) }
}
