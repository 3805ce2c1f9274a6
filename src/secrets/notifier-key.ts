import type { SecretRef } from './sources/sources.js'

/** Stands where the name of a resource is: none has a colon. */
export const NOTIFIERS_PLACE = ':notify'

/** Where a revision has the sealed secret of a notifier: by its variable, so that the order of notifiers does not count. */
export const sealedNotifierKey = ({ key }: SecretRef): string => `${NOTIFIERS_PLACE}/${key}`
