import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take longer than a minute, by what their paths end with: they say nothing of it by their size. */
const LONG = [
  'e2e/strategies/zero-drop.test.ts',
  'e2e/strategies/data.test.ts',
  'e2e/package/install.test.ts',
  'e2e/strategies/faults.test.ts',
  'e2e/hosts/power-cut.test.ts',
  'e2e/hosts/deploy.test.ts',
]

/** Within its project a long file begins early, so that no core waits for it alone at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.sort((a, b) => (a.project === b.project ? rank(a) - rank(b) : 0))
  }
}

function rank({ moduleId }: TestSpecification): number {
  const place = LONG.findIndex((path) => moduleId.endsWith(`/${path}`))
  return place === -1 ? LONG.length : place
}
