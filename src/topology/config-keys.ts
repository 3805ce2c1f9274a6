/*
 * Keys of an instance's Incus configuration that a topology may not set, and which of the others Incus takes up while the instance
 * runs.
 */

/** Why `config` may not hold a key, as what to use instead; null: it may. */
export const ownConfigKey = (key: string): string | null => OWN.find(({ match }) => match.test(key))?.instead ?? null

const OWN: readonly { match: RegExp; instead: string }[] = [
  { match: /^user\.cul8er\./, instead: "keys that are not cul8er's own labels (user.cul8er.…)" },
  { match: /^limits\.cpu$/, instead: '`limits: { cpu: … }` of the resource for this one' },
  { match: /^limits\.memory$/, instead: '`limits: { memory: … }` of the resource for this one' },
  { match: /^environment\./, instead: '`environment` of the resource for variables' },
  { match: /^image\./, instead: '`image` of the resource; Incus copies these keys from the image' },
  { match: /^volatile\./, instead: 'keys that Incus does not keep for itself (volatile.…)' },
  { match: /^snapshots\./, instead: '`strategy.rollback` for snapshots: cul8er takes and removes them itself' },
  {
    match: /^security\.protection\./,
    instead: 'keys that do not keep cul8er from changing the instance (security.protection.…)',
  },
]

/**
 * Whether a key counts at once, or as soon as Incus next asks for it, so that the instance needs no restart. Incus 6.0 stores any
 * key of a running container without a word, but most of them are read only when it starts; what is not known to be live needs a restart.
 */
export const isLiveConfigKey = (key: string): boolean => LIVE.test(key)

const LIVE = /^(user\.|boot\.|cluster\.|migration\.)/
