import { PassThrough } from 'node:stream'
import type { Client, ClientChannel } from 'ssh2'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { endRemote } from '../../../../src/hosts/ssh/end-remote.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A channel as ssh2 has it: it ends when the server closes it, and not when it is destroyed. */
function channelOf(): { channel: ClientChannel; did: string[] } {
  const did: string[] = []
  const channel = Object.assign(new PassThrough({ emitClose: false }), {
    signal: (name: string) => did.push(name),
    destroy: () => did.push('closed from here'),
  })
  return { channel: channel as unknown as ClientChannel, did }
}
const none = { pid: () => null, sameConnection: {} as Client, another: async () => ({}) as Client }

it('a host that never closes the channel is not waited for', async () => {
  const { channel, did } = channelOf()
  const ended = vi.fn()
  channel.once('close', ended)
  endRemote({ channel, ...none })
  await vi.advanceTimersByTimeAsync(4_999)
  expect(ended).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(ended).toHaveBeenCalledOnce()
  expect(did).toEqual(['TERM', 'KILL', 'closed from here'])
})

it('one that closes it is left alone', async () => {
  const { channel, did } = channelOf()
  endRemote({ channel, ...none })
  channel.emit('close')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(did).toEqual(['TERM'])
})

it('a connection that was opened to end a command is ended, also where nothing comes of it', async () => {
  type Exec = (line: string, answered: (error: Error | undefined, channel?: ClientChannel) => void) => void
  const refuses: Exec = (_, answered) =>
    answered(Object.assign(new Error('(SSH) Channel open failure: no'), { reason: 2 }))
  const keeps: Exec = (_, answered) => {
    const { channel } = channelOf()
    answered(undefined, Object.assign(channel, { stderr: new PassThrough() }))
  }
  const end = vi.fn()
  const another = async () => ({ exec: keeps, end }) as unknown as Client
  const { channel } = channelOf()
  endRemote({ channel, pid: () => 7, sameConnection: { exec: refuses } as unknown as Client, another })
  await vi.advanceTimersByTimeAsync(60_000)
  // For each of the two signals.
  expect(end).toHaveBeenCalledTimes(2)
})
