import { writeFileSync } from 'node:fs'

/**
 * Vitest reporter: counts, the names of failures, each test that did not run with its reason, and how long each project took, from its
 * first file's begin to its last one's end, as JSON.
 */
export default class Summary {
  #spans = new Map()

  onTestModuleStart({ project }) {
    const now = Date.now()
    this.#spans.set(project.name, { from: this.#spans.get(project.name)?.from ?? now, to: now })
  }

  onTestModuleEnd({ project }) {
    const span = this.#spans.get(project.name)
    if (span !== undefined) span.to = Date.now()
  }

  onTestRunEnd(modules, unhandled) {
    const summary = { passed: 0, failed: 0, failures: [], notRun: [], projects: this.#times() }
    const fail = (name) => {
      summary.failed += 1
      summary.failures.push(name)
    }
    for (const module of modules) {
      const place = (test) => `${module.project.name} ${module.relativeModuleId} > ${test.fullName}`
      // A file that cannot be loaded, or a hook that throws, fails no test of its own.
      if (module.errors().length > 0) fail(`${module.project.name} ${module.relativeModuleId}`)
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) fail(place(suite))
      for (const test of module.children.allTests()) {
        const { state, note } = test.result()
        if (state === 'passed') summary.passed += 1
        else if (state === 'failed') fail(place(test))
        else summary.notRun.push({ name: place(test), reason: note ?? reasonOf(test) })
      }
    }
    for (const error of unhandled) fail(`error outside of a test: ${error.message ?? error}`)
    writeFileSync(process.env.CUL8ER_TEST_SUMMARY, JSON.stringify(summary))
  }

  #times() {
    return [...this.#spans].map(([name, { from, to }]) => ({ name, seconds: Math.round((to - from) / 1000) }))
  }
}

const reasonOf = (test) => (test.options.mode === 'todo' ? 'not written yet' : 'skipped without a reason')
