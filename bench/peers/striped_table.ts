import { locked } from "./locked.ts";

/** The table with 64 locks: far more than there are workers, so they seldom meet. */
export const contender = locked(64);
