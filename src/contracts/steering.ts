import { defineSignal, defineUpdate } from '@temporalio/workflow'

/** Steering: as signals (the Web UI can send them) and as updates, which answer with a refusal. */
export type Steering = 'promote' | 'promoteFull' | 'abort' | 'pause' | 'resume'
export const steeringSignals = {
  promote: defineSignal('promote'),
  promoteFull: defineSignal('promoteFull'),
  abort: defineSignal('abort'),
  pause: defineSignal('pause'),
  resume: defineSignal('resume'),
} as const
export const steer = defineUpdate<{ accepted: string }, [{ action: Steering }]>('steer')
