/**
 * A reason of a change without the values of a key that may hold what somebody put there by hand, a password perhaps: for what is kept,
 * and told to others, without anybody having asked. Which key differs is enough to look for it with `plan`.
 */
export const withoutValues = (reason: string): string => reason.replace(VALUES, '$1 differs$2')

const VALUES = /^((?:environment|cloud-init|user|raw)\.\S+) is .*?( \(the instance restarts\))?$/s
