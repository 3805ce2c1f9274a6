import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { execa } from 'execa'
import type { LoadOptions } from './load.js'
import type { LoadReport } from './report.js'

const ip = async (...words: string[]): Promise<void> => void (await execa('ip', words, { stdin: 'ignore' }))

/** A machine of its own for clients, behind the host: what they send comes in from outside. */
export class Outside {
  private constructor(
    private readonly name: string,
    private readonly folder: string,
    /** Of the clients. */
    readonly address: string,
  ) {}

  /** @param net - the first three numbers of a network that nobody has */
  static async open(name: string, net: string): Promise<Outside> {
    await ip('netns', 'delete', name).catch(() => {})
    await ip('netns', 'add', name)
    await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
    await ip('address', 'add', `${net}.1/30`, 'dev', name)
    await ip('link', 'set', name, 'up')
    await ip('-n', name, 'address', 'add', `${net}.2/30`, 'dev', 'eth0')
    await ip('-n', name, 'link', 'set', 'eth0', 'up')
    await ip('-n', name, 'route', 'add', 'default', 'via', `${net}.1`)
    const folder = await mkdtemp(join(tmpdir(), 'cul8er-outside-'))
    const load = fileURLToPath(new URL('load.ts', import.meta.url))
    const outfile = join(folder, 'load.mjs')
    await build({ entryPoints: [load], bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'error' })
    return new Outside(name, folder, `${net}.2`)
  }

  async curl(url: string): Promise<string> {
    return (await execa('ip', ['netns', 'exec', this.name, 'curl', '-sS', '-m', '5', url], { stdin: 'ignore' })).stdout
  }

  /** As startLoad, by a process there. */
  startLoad(options: Omit<LoadOptions, 'serverOf'>): { stop(): Promise<LoadReport> } {
    const program = `
      import { startLoad } from ${JSON.stringify(join(this.folder, 'load.mjs'))}
      const load = startLoad(${JSON.stringify(options)})
      process.stdin.resume().once('end', async () => console.log(JSON.stringify(await load.stop())))`
    const words = ['netns', 'exec', this.name, process.execPath, '--input-type=module', '--eval', program]
    const running = spawn('ip', words, { stdio: ['pipe', 'pipe', 'inherit'] })
    const report = text(running.stdout)
    return {
      stop: async () => {
        running.stdin.end()
        return JSON.parse(await report) as LoadReport
      },
    }
  }

  async close(): Promise<void> {
    await ip('netns', 'delete', this.name).catch(() => {})
    await rm(this.folder, { recursive: true, force: true })
  }
}
