/** Which topology's operation a workflow is, or is a part of; both absent for what is none. */
export function operationOf(workflowId: string | undefined): { topology?: string; operation?: number } {
  const [, topology, , number] = /^topology\/([^/]+)(\/op\/(\d+))?/.exec(workflowId ?? '') ?? []
  return {
    ...(topology === undefined ? {} : { topology }),
    ...(number === undefined ? {} : { operation: Number(number) }),
  }
}
