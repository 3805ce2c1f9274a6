import type { HostCheckKind } from './check.js'

export const permission: HostCheckKind = {
  name: 'permission',
  judge: ({ server: { trusted } }) =>
    trusted
      ? { outcome: 'ok', found: 'may change what is there' }
      : {
          outcome: 'failure',
          found: 'its Incus lets this user or client look only',
          hint: 'add the user to the group incus-admin; for an https address run cul8er hosts add',
        },
}
