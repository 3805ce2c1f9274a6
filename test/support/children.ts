/** Processes that a test starts count what they execute, where scripts/checks/coverage.mjs adds it up. */
const { CUL8ER_CHILD_COVERAGE: folder } = process.env
if (folder !== undefined) process.env.NODE_V8_COVERAGE = folder
