import { owned } from "./owner.ts";

/** Ask, wait for the answer, ask the next. */
export const contender = owned(1);
