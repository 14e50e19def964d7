/**
 * Stands in for `@std/testing/bdd`: the runtime's own `node:test` has the same
 * words, and reports to the same runner.
 *
 * @module
 */
export {
  after,
  after as afterAll,
  afterEach,
  before,
  before as beforeAll,
  beforeEach,
  describe,
  it,
  test,
} from "node:test";
