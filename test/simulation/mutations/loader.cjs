/* A webpack loader that gives a module another source; used by ../bundle.ts. */
module.exports = function anotherSource() {
  return this.getOptions().source
}
