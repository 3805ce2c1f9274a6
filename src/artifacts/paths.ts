/** Where an artifact is served, below the address of the store. */
export const artifactPath = (sha256: string): string => `/artifacts/${sha256}`

/** The same, to be read. */
export const ARTIFACT_PATH = /^\/artifacts\/([0-9a-f]{64})$/
