/* A webpack loader that makes one Replacement; used by ../bundle.ts. */
module.exports = function replaceOnce(source) {
  const { file, replace, by } = this.getOptions()
  const parts = source.split(replace)
  if (parts.length !== 2) {
    throw new Error(`${file} has ${parts.length - 1} places with ${JSON.stringify(replace)}, exactly one is needed`)
  }
  return parts.join(by)
}
