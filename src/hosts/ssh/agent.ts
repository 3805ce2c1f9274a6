import type { BaseAgent, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2'
import { messageOf } from '../../errors.js'

/** The keys that an agent holds, each as an agent of its own, so that a refusal can name them. */
export interface AgentKeys {
  keys: { key: ParsedKey; agent: BaseAgent }[]
  /** Why it has none, in words that follow its path; null: it answered. */
  failed: string | null
}

/** Asks the agent behind a socket. */
export async function agentKeys(socket: string): Promise<AgentKeys> {
  const { default: ssh2 } = await import('ssh2')
  const agent = ssh2.createAgent(socket)
  try {
    const found = await new Promise<ParsedKey[]>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS)
      agent.getIdentities((error, keys) => {
        clearTimeout(timer)
        if (error) reject(error)
        else resolve((keys ?? []) as ParsedKey[])
      })
    })
    return { failed: null, keys: found.map((key) => ({ key, agent: holding(key) })) }
  } catch (error) {
    return { keys: [], failed: `does not answer (${messageOf(error)})` }
  }

  function holding(only: ParsedKey): BaseAgent {
    class OneKey extends ssh2.BaseAgent {
      getIdentities(done: Parameters<BaseAgent['getIdentities']>[0]): void {
        done(undefined, [only])
      }
      sign(
        key: Parameters<BaseAgent['sign']>[0],
        data: Buffer,
        options: SigningRequestOptions | SignCallback,
        done?: SignCallback,
      ): void {
        if (typeof options === 'function') agent.sign(key, data, options)
        else agent.sign(key, data, options, done)
      }
    }
    return new OneKey()
  }
}

const ANSWER_MS = 5_000
