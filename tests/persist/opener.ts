/**
 * A worker that opens a persisted map.
 *
 * @module
 */
import { type PersistOptions, SharedMap } from "../../mod.ts";

/** What it can be told. */
export type Order =
  | { what: "open"; name: string; persist: PersistOptions }
  | { what: "set"; key: string; value: number }
  | { what: "flush" }
  | { what: "dispose" }
  | { what: "close" };

let map: SharedMap<string, number>;

/** Carries an order out. */
export async function obey(order: Order): Promise<number | undefined> {
  switch (order.what) {
    case "open":
      map = await SharedMap.open(order.name, { persist: order.persist });
      return map.size;
    case "set":
      map.set(order.key, order.value);
      return;
    case "flush":
      await map.flush();
      return;
    case "dispose":
      await map[Symbol.asyncDispose]();
      return;
    case "close":
      map.close();
  }
}
