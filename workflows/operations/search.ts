import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common'
import { operationId, type OperationInput } from '../../src/contracts/index.js'

const TOPOLOGY = defineSearchAttributeKey('Cul8erTopology', SearchAttributeType.KEYWORD)
const OPERATION = defineSearchAttributeKey('Cul8erOperation', SearchAttributeType.KEYWORD)
/** How an operation ended. */
export const OUTCOME = defineSearchAttributeKey('Cul8erOutcome', SearchAttributeType.KEYWORD)
const REVISION = defineSearchAttributeKey('Cul8erRevision', SearchAttributeType.INT)
const HOSTS = defineSearchAttributeKey('Cul8erHost', SearchAttributeType.KEYWORD_LIST)

/** What operations are found by in the Web UI and by `temporal workflow list`. Names only, never a value. */
export const searchAttributes = ({ topology, number, request, revision }: OperationInput): TypedSearchAttributes =>
  new TypedSearchAttributes([
    { key: TOPOLOGY, value: topology },
    { key: OPERATION, value: `${request.kind} ${operationId(number)}` },
    { key: REVISION, value: revision.number },
    { key: HOSTS, value: Object.keys(revision.topology.hosts).slice(0, 50) },
  ])
