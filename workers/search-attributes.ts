import { becomes } from '../src/waiting/poll.js'
import type { NativeConnection } from '@temporalio/worker'
import { Cul8erError } from '../src/errors.js'
import { SEARCH_ATTRIBUTES } from '../src/contracts/index.js'

/**
 * Makes a namespace know the search attributes that operations are found by: without one of them no operation can begin.
 * @throws Cul8erError SERVICE when they are missing and this worker may not add them
 */
export async function ensureSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  const missing = await missingOf(connection, namespace)
  if (missing.length === 0) return
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, INDEXED[SEARCH_ATTRIBUTES[name]]]))
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes })
  } catch (cause) {
    const commands = missing.map(
      (name) =>
        `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${SEARCH_ATTRIBUTES[name]}`,
    )
    throw new Cul8erError('SERVICE', `namespace ${namespace} lacks the search attributes ${missing.join(', ')}`, {
      hint: commands.join(' && '),
      cause,
    })
  }
  // The server takes a moment to know what it was told.
  const known = async (): Promise<boolean> => (await missingOf(connection, namespace)).length === 0
  await becomes(known, { everyMs: 100, withinMs: 10_000 })
}

type Name = keyof typeof SEARCH_ATTRIBUTES

async function missingOf(connection: NativeConnection, namespace: string): Promise<Name[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
  return (Object.keys(SEARCH_ATTRIBUTES) as Name[]).filter((name) => !(name in customAttributes))
}

/** temporal.api.enums.v1.IndexedValueType */
const INDEXED = { Keyword: 2, Int: 3, KeywordList: 7 } as const
