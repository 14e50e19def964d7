import { locked } from "./locked.ts";

/** The table with one lock for all. */
export const contender = locked(1);
