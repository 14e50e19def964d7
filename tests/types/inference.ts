/**
 * What the compiler makes of the public types: this file is checked, not run. Each
 * `@ts-expect-error` is an error, too, if the line below it compiles.
 *
 * @module
 */
import {
  type Codec,
  KEEP,
  type KeyCodec,
  type OpenOptions,
  restoreSnapshot,
  SharedMap,
  type SharedMapHandle,
  type SharedMapOptions,
  SnapshotWriter,
  type ValueCodec,
  writeSnapshot,
} from "../../mod.ts";

interface User {
  name: string;
}

declare const dates: Codec<Date>;
declare const handle: SharedMapHandle;

/** Whether two types are the same, and not only assignable to each other. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

/** Compiles if a value has exactly the type that is asked for. */
function assertType<Expected>(): <Actual>(
  actual: Actual,
  isSame: Same<Actual, Expected>,
) => void {
  return () => {};
}

// ---- keys and values are inferred from the codecs -----------------------------------------------

assertType<SharedMap<string, unknown>>()(SharedMap.create(), true);
assertType<SharedMap<string, unknown>>()(SharedMap.create({}), true);
assertType<SharedMap<string, unknown>>()(
  SharedMap.create({ maxBytes: 2 ** 20, onFull: "evict" }),
  true,
);
assertType<SharedMap<string, unknown>>()(
  SharedMap.create({ value: "any" }),
  true,
);
assertType<SharedMap<string, unknown>>()(
  SharedMap.create({ value: "json" }),
  true,
);
assertType<SharedMap<string, number>>()(
  SharedMap.create({ value: "number" }),
  true,
);
assertType<SharedMap<string, string>>()(
  SharedMap.create({ key: "string", value: "string" }),
  true,
);
assertType<SharedMap<string, Uint8Array>>()(
  SharedMap.create({ value: "bytes", capacity: 10 }),
  true,
);
assertType<SharedMap<string, Date>>()(SharedMap.create({ value: dates }), true);
assertType<SharedMap<string, Date>>()(
  SharedMap.create({
    value: {
      name: "date",
      encode: (date: Date) => new TextEncoder().encode(date.toJSON()),
      decode: (bytes) => new Date(new TextDecoder().decode(bytes)),
    },
  }),
  true,
);
assertType<SharedMap<number, unknown>>()(
  SharedMap.create({ key: "number" }),
  true,
);
assertType<SharedMap<number, string>>()(
  SharedMap.create({ key: "number", value: "string" }),
  true,
);
assertType<SharedMap<Uint8Array, Date>>()(
  SharedMap.create({ key: "bytes", value: dates }),
  true,
);
assertType<SharedMap<Date, number>>()(
  SharedMap.create({ key: dates, value: "number" }),
  true,
);

declare const someCodec: "string" | "number";
assertType<SharedMap<string, string | number>>()(
  SharedMap.create({ value: someCodec }),
  true,
);
declare const numbers: SharedMapOptions<string, number>;
assertType<SharedMap<string, number>>()(SharedMap.create(numbers), true);
assertType<SharedMap<string, number>>()(
  SharedMap.create({ ...numbers, maxBytes: 2 ** 20 }),
  true,
);
declare const byNumber: SharedMapOptions<number, Date>;
assertType<SharedMap<number, Date>>()(SharedMap.create(byNumber), true);

assertType<Promise<SharedMap<string, unknown>>>()(SharedMap.open("a"), true);
assertType<Promise<SharedMap<string, number>>>()(
  SharedMap.open("a", {
    value: "number",
    persist: { directory: "b", interval: 5 },
  }),
  true,
);
assertType<Promise<SharedMap<number, Date>>>()(
  SharedMap.open("a", { key: "number", value: dates }),
  true,
);
declare const opening: OpenOptions<string, Date>;
assertType<Promise<SharedMap<string, Date>>>()(
  SharedMap.open("a", opening),
  true,
);

assertType<SharedMap<string, unknown>>()(SharedMap.attach(handle), true);
assertType<SharedMap<string, number>>()(
  SharedMap.attach(handle, { value: "number" }),
  true,
);
assertType<SharedMap<number, Date>>()(
  SharedMap.attach(handle, { key: "number", value: dates }),
  true,
);

// ---- or said, where they do not contradict the codecs -------------------------------------------

assertType<SharedMap<string, User>>()(SharedMap.create<string, User>(), true);
assertType<SharedMap<"a" | "b", 1 | 2>>()(
  SharedMap.create<"a" | "b", 1 | 2>({ value: "number" }),
  true,
);
assertType<SharedMap<string, User>>()(
  SharedMap.create<string, User>({ value: "json" }),
  true,
);
assertType<SharedMap<number, User>>()(
  SharedMap.create<number, User>({ key: "number" }),
  true,
);
assertType<SharedMap<string, Uint8Array<ArrayBuffer>>>()(
  SharedMap.create<string, Uint8Array<ArrayBuffer>>({ value: "bytes" }),
  true,
);
assertType<Promise<SharedMap<string, User>>>()(
  SharedMap.open<string, User>("a", {}),
  true,
);
assertType<SharedMap<number, User>>()(
  SharedMap.attach<number, User>(handle), // the handle knows its codecs
  true,
);

const users: SharedMap<string, User> = SharedMap.create({ maxBytes: 2 ** 20 });
const moreUsers: SharedMap<string, User> = SharedMap.create({ value: "json" });
const yetMore: SharedMap<number, User> = SharedMap.create({ key: "number" });
const anything: SharedMap<string, unknown> = SharedMap.create({
  value: "number",
});

function generic<K, V>(
  key: KeyCodec<K>,
  value: ValueCodec<V>,
): SharedMap<K, V>[] {
  const options: SharedMapOptions<K, V> = { key, value };
  return [
    SharedMap.create<K, V>({ key, value, maxBytes: 2 ** 20 }),
    SharedMap.attach<K, V>(handle, options),
  ];
}
generic<number, string>("number", "string");

// @ts-expect-error: the codec is one for numbers
SharedMap.create<string, string>({ value: "number" });
// @ts-expect-error: the codec is one for strings
SharedMap.create<string, User>({ value: "string" });
// @ts-expect-error: the codec takes strings only
SharedMap.create<string, unknown>({ value: "string" });
// @ts-expect-error: the codec takes numbers only
SharedMap.create<string, string | number>({ value: "number" });
// @ts-expect-error: it gives back a plain `Uint8Array`
SharedMap.create<string, { isMine: true } & Uint8Array>({ value: "bytes" });
// @ts-expect-error: the codec is one for dates
SharedMap.create<string, number>({ value: dates });
// @ts-expect-error: the codec takes dates only
SharedMap.create<string, unknown>({ value: dates });
// @ts-expect-error: without a codec, keys are strings
SharedMap.create<number, string>();
// @ts-expect-error: likewise
SharedMap.create<number, string>({ value: "string" });
// @ts-expect-error: the codec is one for strings
SharedMap.create<number, string>({ key: "string" });
// @ts-expect-error: the codec is one for numbers
SharedMap.create<string, string>({ key: "number" });
// @ts-expect-error: the map has numbers
export const strings: SharedMap<string, string> = SharedMap.create({
  value: "number",
});
// @ts-expect-error: there is no such codec
SharedMap.create({ value: "numbers" });
// @ts-expect-error: there is no such option
SharedMap.create({ values: "number" });
// @ts-expect-error: likewise
SharedMap.create({ value: "number", maxByte: 2 ** 20 });
// @ts-expect-error: the codec is one for numbers
SharedMap.open<string, string>("a", { value: "number" });
// @ts-expect-error: without a codec, keys are strings
SharedMap.open<number, string>("a");
// @ts-expect-error: the codec is one for numbers
SharedMap.attach<string, string>(handle, { value: "number" });
// @ts-expect-error: the codec is one for numbers
SharedMap.attach<string, string>(handle, { key: "number" });

// ---- increment() is there where V has numbers ---------------------------------------------------

SharedMap.create({ value: "number" }).increment("a", 1, { ttl: 5 });
SharedMap.create<string, number | null>().increment("a");
anything.increment("a");
// deno-lint-ignore no-explicit-any -- whoever has given up types
(SharedMap.create() as SharedMap<any, any>).increment("a");
// @ts-expect-error: no users are numbers
users.increment("a");
// @ts-expect-error: nor are strings
SharedMap.create({ value: "string" }).increment("a");
// @ts-expect-error: the sum may be any number
SharedMap.create<string, 1 | 2>().increment("a");

// ---- the methods --------------------------------------------------------------------------------

assertType<User | undefined>()(users.get("a"), true);
assertType<User | undefined>()(users.update("a", () => KEEP), true);
assertType<User | undefined>()(
  moreUsers.update("a", (user) => user ?? { name: "a" }),
  true,
);
// @ts-expect-error: no user
users.update("a", () => 5);
// @ts-expect-error: no options
users.set("a", { name: "a" }, 5000);
// @ts-expect-error: what is there is left as it is
users.getOrInsert("a", { name: "a" }, { keepTtl: false });
users.set("a", { name: "a" }, { ttl: undefined, keepTtl: undefined });

assertType<MapIterator<string>>()(users.keys(), true);
assertType<MapIterator<User>>()(users.values(), true);
assertType<MapIterator<[string, User]>>()(users.entries(), true);
assertType<MapIterator<[number, User]>>()(yetMore[Symbol.iterator](), true);
assertType<MapIterator<string>>()(users.snapshot().keys(), true);
assertType<MapIterator<User>>()(users.snapshot().values(), true);
assertType<MapIterator<[string, User]>>()(users.snapshot().entries(), true);
assertType<MapIterator<[string, User]>>()(
  users.snapshot()[Symbol.iterator](),
  true,
);
assertType<string[]>()(users.values().map(({ name }) => name).toArray(), true);

// ---- what is undefined is as if it were not given, under exactOptionalPropertyTypes, too --------

const nothing = undefined;
const nothingToWrite = {
  keep: nothing,
  compression: nothing,
  onProgress: nothing,
  onWarning: nothing,
};
writeSnapshot(users, "a", nothingToWrite);
restoreSnapshot(users, "a", { onProgress: nothing, onWarning: nothing });
export const writer: SnapshotWriter = new SnapshotWriter(users, {
  directory: "a",
  interval: 5,
  keep: nothing,
  compression: nothing,
});
writer.onError = writer.onProgress = writer.onRecovered = nothing;
SharedMap.open<string, User>("a", {
  key: nothing,
  value: nothing,
  maxBytes: nothing,
  capacity: nothing,
  onFull: nothing,
  timeout: nothing,
  persist: {
    directory: "a",
    interval: 5,
    keep: nothing,
    compression: nothing,
    waitForLock: nothing,
    onError: nothing,
    onRecovered: nothing,
  },
});

// A map of some values is a map of more, for code that only reads.
export const readable: SharedMap<string, unknown> = users;
