import { Context } from '@temporalio/activity'
import { Client } from '@temporalio/client'
import { payloadCodecs, wantsEncryption } from '../src/payloads/codecs.js'
import type { ActivityDeps } from './deps.js'

type Keys = Pick<ActivityDeps, 'sealKey' | 'formerKeys'>

/** How what a worker sends or reads is signed, as a command of the operator's would, or as the worker itself does. */
export const signingOf = ({ sealKey: key, formerKeys: former }: Keys, side: 'command' | 'worker') =>
  payloadCodecs({ key, former, side, encrypt: wantsEncryption(process.env) })

/** A client that asks as a command does: what it sends is a request, and what is not signed with the key is no answer to it. */
export function commandClient(keys: Keys): Client {
  const { connection, options } = Context.current().client
  const dataConverter = { payloadCodecs: signingOf(keys, 'command') }
  return new Client({ connection, namespace: options.namespace, dataConverter })
}
