import { describe, expect, it } from 'vitest'
import type { Stage } from '../../../src/contracts/index.js'
import { hookStages } from '../../../src/strategies/hooks.js'
import type { OperationHooks } from '../../../src/topology/hooks.js'

const hook = (program: string, required?: true) => ({
  command: [program],
  timeoutMs: 1_000,
  ...(required === undefined ? {} : { required }),
})
const hooks: OperationHooks = {
  before: { name: 'beforeDeploy', hooks: [hook('a'), hook('b')] },
  after: { name: 'afterDeploy', hooks: [hook('c'), hook('d', true), hook('e')] },
}
const shown = (stages: Stage[]) =>
  stages.map(({ name, lanes, onFailure = 'stop', changesNothing = false, atOnce }) => ({
    name,
    onFailure,
    changesNothing,
    atOnce,
    hooks: lanes.flatMap(({ steps }) =>
      steps.map((step) => (step.kind === 'hook' ? `${step.name} ${step.number} ${step.hook.command[0]}` : '')),
    ),
  }))

describe('stages of hooks', () => {
  it('are one before, one before the point of no return, one at the end; each keeps its number', () => {
    const { before, required, after } = hookStages(hooks)
    expect(shown([...before, ...required, ...after])).toEqual([
      {
        name: 'beforeDeploy hooks',
        onFailure: 'stop',
        changesNothing: true,
        atOnce: 1,
        hooks: ['beforeDeploy 1 a', 'beforeDeploy 2 b'],
      },
      { name: 'afterDeploy hooks', onFailure: 'stop', changesNothing: false, atOnce: 1, hooks: ['afterDeploy 2 d'] },
      {
        name: 'afterDeploy hooks',
        onFailure: 'warn',
        changesNothing: false,
        atOnce: 1,
        hooks: ['afterDeploy 1 c', 'afterDeploy 3 e'],
      },
    ])
  })

  it('forced, one that fails before is a warning; what is required stays so', () => {
    const { before, required } = hookStages(hooks, { force: true })
    expect(shown([...before, ...required]).map(({ onFailure }) => onFailure)).toEqual(['warn', 'stop'])
  })

  it.each([
    [null],
    [undefined],
    [{ before: { name: 'beforeDeploy', hooks: [] }, after: { name: 'afterDeploy', hooks: [] } }],
  ] as const)('are none of %j', (none) =>
    expect(hookStages(none as OperationHooks | null | undefined)).toEqual({ before: [], required: [], after: [] }),
  )
})
