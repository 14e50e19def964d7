/**
 * Stands in for `src/segment/assert.ts` in the searches: assertions are checked.
 *
 * @module
 */
export { assert } from "../../src/segment/assert.ts";

export const CHECKED = true;
