/* What crosses a boundary between command, workflow and activity: types, names, and definitions of messages. */
export type * from './activities.js'
export * from './end.js'
export * from './inspect.js'
export * from './ledger.js'
export * from './names.js'
export * from './operation.js'
export * from './steering.js'
