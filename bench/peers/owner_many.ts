import { owned } from "./owner.ts";

/** A hundred questions under way: what a server with many open requests gets. */
export const contender = owned(100);
