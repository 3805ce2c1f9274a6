const BEGIN = 'var coverageData='
const END = ';var coverage=global[gcv]'

/**
 * Webpack loader behind Istanbul's: puts what the counters stand for, some twenty times as long as the workflows, into `places`
 * instead of the bundle, and leaves counters that are quick to read. Each run of a workflow evaluates its modules anew.
 */
module.exports = function apart(code, sourceMap) {
  const { places } = this.getOptions()
  const begin = code.indexOf(BEGIN) + BEGIN.length
  const end = code.indexOf(END, begin)
  if (begin < BEGIN.length || end === -1) throw new Error(`no counters in ${this.resourcePath}`)
  const data = new Function(`return ${code.slice(begin, end)}`)()
  // Nobody reads the text: the files are there.
  if (data.inputSourceMap != null) delete data.inputSourceMap.sourcesContent
  places.set(data.path, data)
  const { path, hash, s, f, b } = data
  const array = (counters) => `new Uint32Array(${Object.keys(counters).length})`
  const short = `{path:${JSON.stringify(path)},hash:${JSON.stringify(hash)},s:${array(s)},f:${array(f)},b:${JSON.stringify(b)}}`
  // A comment ends the line, so that what the source map names stays in its place.
  if (!/^[^\n]*\/\/ @ts-ignore\n/.test(code.slice(end)))
    throw new Error(`code beside the counters in ${this.resourcePath}`)
  this.callback(null, code.slice(0, begin) + short + code.slice(end), sourceMap)
}
