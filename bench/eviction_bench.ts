/**
 * `set` of new keys in a full map that evicts, beside one that has room and whose
 * oldest keys are deleted instead:
 *
 *   deno bench --allow-read bench/eviction_bench.ts
 */
import { SharedMap } from "../mod.ts";
import { freshKey } from "./measure/fresh_keys.ts";

const MAX_BYTES = 2 ** 24;
const BATCH = 500;
const HOUR = 3_600_000;
const VALUE = "x".repeat(100);

for (
  const [title, options] of [["no expiry", {}], ["an hour", {
    ttl: HOUR,
  }]] as const
) {
  const group = `set × ${BATCH}, values of 100 characters, ${title}`;
  let evicting: SharedMap<string, string> | undefined;
  let roomy: SharedMap<string, string> | undefined;
  let next = 0;
  let entries = 0;
  const insert = (map: SharedMap<string, string>) => {
    for (let i = 0; i < BATCH; i++) map.set(freshKey(next++), VALUE, options);
  };

  Deno.bench({ name: "evicts", group }, (bench) => {
    evicting ??= full(insert);
    entries = evicting.size;
    bench.start();
    insert(evicting);
    bench.end();
  });

  Deno.bench({ name: "deletes the oldest", group, baseline: true }, (bench) => {
    roomy ??= withRoom(entries, insert);
    bench.start();
    for (let i = 0; i < BATCH; i++) roomy.delete(freshKey(next - entries + i));
    insert(roomy);
    bench.end();
  });
}

type Insert = (map: SharedMap<string, string>) => void;

/** A map that has evicted as many entries as it holds. */
function full(insert: Insert): SharedMap<string, string> {
  const map = SharedMap.create<string, string>({
    maxBytes: MAX_BYTES,
    onFull: "evict",
  });
  while (map.stats().evicted <= map.size) insert(map);
  return map;
}

/** A map with as many entries, and the same number again would fit. */
function withRoom(entries: number, insert: Insert): SharedMap<string, string> {
  const map = SharedMap.create<string, string>({ maxBytes: 2 * MAX_BYTES });
  while (map.size < entries) insert(map);
  return map;
}
