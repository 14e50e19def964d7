/**
 * A server that Redis clients talk to, on all cores of one process.
 *
 * ```ts
 * import { SharedStore } from "@epochmap/epochmap/store";
 * import { serve } from "@epochmap/epochmap/server";
 *
 * await using store = await SharedStore.open("app");
 * await using server = await serve(store, { port: 0 });
 * console.log(`redis-cli -p ${server.port}`);
 * ```
 *
 * @module
 */

export { serve, StoreServer } from "./server.ts";
export type { ServeOptions } from "./options.ts";
