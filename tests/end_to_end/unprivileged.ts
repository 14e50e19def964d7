/** Uses every way to a map, and says which permissions it has. */
import { SharedMap } from "../../mod.ts";

const names = ["read", "write", "net", "env", "run", "sys", "ffi"] as const;
const states = await Promise.all(
  names.map(async (name) => (await Deno.permissions.query({ name })).state),
);
const granted = names.filter((_, i) => states[i] === "granted");
console.log(`granted: ${granted.join() || "none"}`);

using made = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
using attached = SharedMap.attach<string, number>(made.handle);
using opened = await SharedMap.open<string, number>("name");
using joined = await SharedMap.open<string, number>("name");
made.set("a", 1);
opened.set("b", 2);
using snapshot = attached.snapshot();
const ok = snapshot.get("a") === 1 && joined.get("b") === 2;
console.log(ok ? "ok" : "wrong");
