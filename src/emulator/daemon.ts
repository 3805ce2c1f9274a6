import { once } from 'node:events'
import { chmod, rm, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createLock } from 'node:net'
import { Emulator } from './emulator.js'
import { fileStore } from './store.js'
import { lockName, socketPath, type Control, type ControlAnswer, type Line } from './wire.js'

/**
 * Serves the emulator of a folder until it is told to stop, or the folder is gone.
 * @returns false when another process serves it already, or it is gone
 */
export async function serve(folder: string): Promise<boolean> {
  // Not made here: who starts an emulator makes its folder, and one that is gone by now wants none.
  if (!(await exists(folder)) || !(await lock(folder))) return false
  const emulator = await Emulator.open(fileStore(folder))
  const end = new AbortController()
  const stop = (): void => end.abort()
  const server = createServer((request, response) => {
    handle(emulator, request, response, stop).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500)
      response.end(`${String(error)}\n`)
    })
  })
  await listen(server, socketPath(folder))
  process.once('SIGTERM', stop)
  whenGone(folder, stop)
  if (!end.signal.aborted) await once(end.signal, 'abort')
  server.close()
  server.closeAllConnections()
  await emulator.close()
  await rm(socketPath(folder), { force: true })
  return true
}

const GONE_CHECK_MS = 1_000

// The abstract name is the lock, so that what a killed emulator left behind is no obstacle and two starts give one.
function lock(folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const holder = createLock((socket) => socket.destroy())
    holder.once('error', () => resolve(false))
    holder.listen(lockName(folder), () => {
      holder.unref()
      resolve(true)
    })
  })
}

async function listen(server: Server, path: string): Promise<void> {
  // Idle connections are the clients' to close: a server that closes them races with their next command.
  Object.assign(server, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 })
  await rm(path, { force: true })
  const before = process.umask(0o177)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  process.umask(before)
  await chmod(path, 0o600)
}

function whenGone(folder: string, done: () => void): void {
  const timer = setInterval(() => {
    void exists(folder).then((there) => {
      if (there) return
      clearInterval(timer)
      done()
    })
  }, GONE_CHECK_MS).unref()
}

const exists = (folder: string): Promise<boolean> =>
  stat(folder).then(
    () => true,
    () => false,
  )

async function handle(
  emulator: Emulator,
  request: IncomingMessage,
  response: ServerResponse,
  stop: () => void,
): Promise<void> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk as Uint8Array)
  const body = Buffer.concat(chunks)
  if (request.url === '/control') {
    const control = JSON.parse(body.toString()) as Control
    response.end(JSON.stringify(await steer(emulator, control)))
    if (control.do === 'stop') response.once('finish', stop)
    return
  }
  const end = body.indexOf('\n')
  const { host, args } = JSON.parse(body.subarray(0, end).toString()) as { host: string; args: string[] }
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const say = (line: Line): boolean => response.write(`${JSON.stringify(line)}\n`)
  const emit = (out: string): void => void say({ out })
  const answer = await emulator
    .execute(host, args, { stdin: body.subarray(end + 1), emit, signal: gone.signal })
    .catch((error: unknown) => {
      if (gone.signal.aborted) return null
      throw error
    })
  if (answer !== null) say(answer)
  response.end()
}

async function steer(emulator: Emulator, control: Control): Promise<ControlAnswer> {
  const answer: ControlAnswer = { pid: process.pid }
  switch (control.do) {
    case 'fault':
      emulator.fault(control.rule)
      break
    case 'clearFaults':
      emulator.clearFaults()
      break
    case 'latency':
      emulator.setLatency(control.ms)
      break
    case 'hardware':
      await emulator.setHardware(control.hardware, control.host)
      break
    case 'answerExec':
      emulator.answerExec(control.scripts)
      break
    case 'state':
      return { ...answer, state: emulator.state() }
    case 'ping':
    case 'stop':
  }
  return answer
}
