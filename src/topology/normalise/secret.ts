import type { SecretRef } from '../model.js'

/** A secret's reference with its absent key as null. */
export const secretReference = ({ from, key }: { from: SecretRef['from']; key?: string | undefined }): SecretRef => ({
  from,
  key: key ?? null,
})
