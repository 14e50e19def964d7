import { locked } from "./locked.ts";

/**
 * The table in 64 stripes without its locks: what it would do if they cost nothing,
 * which is the most that doing without locks can gain. With several workers it is wrong
 * now and then.
 */
export const contender = locked(64, false);
