import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Processes of others whose arguments or environment name a path: what a command left running. */
export const processesOf = (path: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const words = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8')).join('\0')
        if (!words.includes(path)) return []
        return [`${pid} ${readlinkSync(`/proc/${pid}/exe`)} ${words.replaceAll('\0', ' ').slice(0, 80)}`]
      } catch {
        // It ended meanwhile, or is not ours to look at.
        return []
      }
    })
