/** Makes maps, uses them, and forgets to close them. */
import { SharedMap } from "../../mod.ts";

const made = SharedMap.create<string, number>();
made.set("a", 1);
made.snapshot();
const opened = await SharedMap.open<string, number>("forgotten");
opened.set("b", 2);
opened.pin();
const attached = SharedMap.attach<string, number>(made.handle);
console.log(made.get("a"), opened.get("b"), attached.get("a"));
