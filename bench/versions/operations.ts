/**
 * The operations that versions are compared by: each a batch on one map, that leaves it as
 * the next batch wants it.
 *
 * @module
 */
import type { SharedMap } from "../../mod.ts";

/** Makes a map of one version. */
export type Make = () => SharedMap<string, unknown>;

/** A batch of one operation. */
export interface Operation {
  readonly name: string;
  run(map: ReturnType<Make>): void;
}

const KEYS = Array.from({ length: 4_096 }, (_, i) => `key:${i}`);
const NEW_KEYS = Array.from({ length: 1_024 }, (_, i) => `new:${i}`);
const FEW = KEYS.slice(0, 512);

function operation(name: string, run: Operation["run"]): Operation {
  return { name, run };
}

/** The same keys in an order that makes some batches ready for others: first they are set. */
export const OPERATIONS: readonly Operation[] = [
  operation("set a number", (map) => {
    KEYS.forEach((key, i) => map.set(key, i));
  }),
  operation("set a string", (map) => {
    for (const key of KEYS) map.set(key, "value");
  }),
  operation("get a string", (map) => {
    for (const key of KEYS) map.get(key);
  }),
  operation("set a number again", (map) => {
    KEYS.forEach((key, i) => map.set(key, i));
  }),
  operation("get a number", (map) => {
    for (const key of KEYS) map.get(key);
  }),
  operation("get a number, fresh keys", (map) => {
    for (let i = 0; i < KEYS.length; i++) map.get(`key:${i}`);
  }),
  operation("get what is not there", (map) => {
    for (const key of NEW_KEYS) map.get(key);
  }),
  operation("has", (map) => {
    for (const key of KEYS) map.has(key);
  }),
  operation("insert and delete", (map) => {
    NEW_KEYS.forEach((key, i) => map.set(key, i));
    for (const key of NEW_KEYS) map.delete(key);
  }),
  operation("set and take", (map) => {
    for (const key of FEW) {
      map.set(key, 1);
      map.take(key);
    }
    for (const key of FEW) map.set(key, 1);
  }),
  operation("increment", (map) => {
    for (let i = 0; i < FEW.length; i++) map.increment("hot");
  }),
  operation("update a number", (map) => {
    const add = (value: unknown) => (value as number ?? 0) + 1;
    for (let i = 0; i < FEW.length; i++) map.update("number", add);
  }),
  operation("update a string", (map) => {
    map.set("string", "value");
    for (let i = 0; i < FEW.length; i++) {
      map.update("string", (text) => `${text}`.slice(0, 4) + i);
    }
  }),
  operation("compareAndSet", (map) => {
    map.set("compared", 0);
    for (let i = 0; i < FEW.length; i++) {
      map.compareAndSet("compared", i, i + 1);
    }
  }),
  operation("getOrInsert, there", (map) => {
    for (const key of FEW) map.getOrInsert(key, 1);
  }),
  operation("swap", (map) => {
    for (const key of FEW) map.swap(key, 1);
  }),
  operation("iterate", (map) => {
    for (const _ of map);
  }),
  operation("open and close a snapshot", (map) => {
    for (let i = 0; i < 100; i++) map.snapshot().close();
  }),
  operation("set an object", (map) => {
    for (const key of FEW) map.set(key, { user: "guest", visits: 7 });
  }),
  operation("get an object", (map) => {
    for (const key of FEW) map.get(key);
  }),
];
