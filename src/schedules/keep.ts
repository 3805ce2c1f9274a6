import { isDeepStrictEqual } from 'node:util'
import { ScheduleClient, ScheduleNotFoundError, type ConnectionLike } from '@temporalio/client'
import { defaultPayloadConverter, type PayloadCodec, type SerializationContext } from '@temporalio/common'
import { isRefused, ttlScheduleId, type Expiry, type ExpiryReached, type ScheduleKept } from '../contracts/index.js'
import { isNotFound, isUnimplemented } from '../ledgers/failures.js'
import { firedWorkflowId, firesAt, ttlSchedule } from './ttl-schedule.js'

/** The server, and how what is sent there is signed. */
export interface ScheduleServer {
  connection: ConnectionLike
  namespace: string
  taskQueue: string
  /** A command's: what starts a workflow is a request. */
  signs: readonly PayloadCodec[]
  /** A worker's, which sees whether a request is authentic. */
  reads: readonly PayloadCodec[]
  nowMs: number
}

/**
 * Makes the Schedule of a topology's ttl, moves it, or removes it. One that is right is left as it is, so that a repetition at the moment
 * of its firing does not take it away.
 */
export async function keepTtlSchedule(server: ScheduleServer, expiry: Expiry): Promise<ScheduleKept> {
  const { topology, expiresAt } = expiry
  try {
    if (expiresAt === null) return await remove(clientOf(server, []), topology)
    const reached = { ...expiry, expiresAt }
    const at = firesAt(expiresAt)
    if (at <= server.nowMs) return 'past'
    if (await isRight(server, reached)) return 'right'
    const schedules = clientOf(server, boundTo(server.signs, placeOf(server, reached)))
    await remove(schedules, topology)
    await schedules.create(ttlSchedule(reached, server.taskQueue))
    return 'made'
  } catch (error) {
    if (isUnimplemented(error)) return 'unsupported'
    throw error
  }
}

const clientOf = ({ connection, namespace }: ScheduleServer, payloadCodecs: PayloadCodec[]): ScheduleClient =>
  new ScheduleClient({ connection, namespace, dataConverter: { payloadCodecs } })

async function remove(schedules: ScheduleClient, topology: string): Promise<ScheduleKept> {
  try {
    await schedules.getHandle(ttlScheduleId(topology)).delete()
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError) && !isNotFound(error)) throw error
  }
  return 'removed'
}

/** It fires at that time, and starts what is authentic for that. Whoever reaches the server may have paused or changed it. */
async function isRight(server: ScheduleServer, reached: ExpiryReached): Promise<boolean> {
  const { topology, expiresAt } = reached
  let found: Awaited<ReturnType<ConnectionLike['workflowService']['describeSchedule']>>
  try {
    const { workflowService } = server.connection
    found = await workflowService.describeSchedule({
      namespace: server.namespace,
      scheduleId: ttlScheduleId(topology),
    })
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
  const { schedule, info } = found
  const { startWorkflow } = schedule?.action ?? {}
  const fires = info?.futureActionTimes ?? []
  if (schedule?.state?.paused === true || fires.length !== 1) return false
  if (Number(fires[0]?.seconds) * 1_000 !== firesAt(expiresAt)) return false
  const wanted = ttlSchedule(reached, server.taskQueue).action
  if (startWorkflow?.workflowId !== wanted.workflowId || startWorkflow?.workflowType?.name !== wanted.workflowType) {
    return false
  }
  if (startWorkflow?.taskQueue?.name !== server.taskQueue) return false
  let payloads = [...(startWorkflow?.input?.payloads ?? [])]
  for (const codec of [...server.reads].reverse()) payloads = await codec.decode(payloads, placeOf(server, reached))
  const args = payloads.map((payload) => defaultPayloadConverter.fromPayload<unknown>(payload))
  return args.length === 1 && !isRefused(args[0]) && isDeepStrictEqual(args[0], JSON.parse(JSON.stringify(reached)))
}

/** Where the request will arrive: it is worth nothing in a workflow of another id, such as one that is started at another time. */
const placeOf = ({ namespace }: ScheduleServer, { topology, expiresAt }: ExpiryReached): SerializationContext => ({
  type: 'workflow',
  namespace,
  workflowId: firedWorkflowId(topology, firesAt(expiresAt)),
})

/** The codecs as one that signs for that place: the SDK would sign for the id without the time. */
const boundTo = (codecs: readonly PayloadCodec[], place: SerializationContext): PayloadCodec[] =>
  codecs.map((codec) => ({
    encode: (payloads) => codec.encode(payloads, place),
    decode: (payloads) => codec.decode(payloads, place),
  }))
