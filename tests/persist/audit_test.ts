import { assertEquals } from "@std/assert";
import { SharedMap, writeSnapshot } from "../../mod.ts";
import { audit } from "../../src/persist/audit.ts";
import { Folder } from "../testing/folder.ts";
import { silent } from "./series.ts";

/** Three full epochs of an empty map. */
async function threeEpochs(folder: Folder): Promise<void> {
  using map = SharedMap.create();
  for (let i = 0; i < 3; i++) await writeSnapshot(map, folder.path);
}

Deno.test("audit() takes no file that is gone meanwhile for damage", async () => {
  using folder = new Folder();
  await threeEpochs(folder);
  const verdicts = audit(folder.path, silent);
  const first = await verdicts.next();
  Deno.removeSync(`${folder.path}/000000000002.epochmap`);
  const rest = await Array.fromAsync(verdicts);
  const epochs = [first.value, ...rest].map((verdict) => verdict?.info?.epoch);
  assertEquals(epochs, [1, 3]);
  assertEquals(rest.map(({ error }) => error), [undefined]);
});

Deno.test("audit() finds a file under another epoch's number", async () => {
  using folder = new Folder();
  await threeEpochs(folder);
  Deno.renameSync(
    `${folder.path}/000000000003.epochmap`,
    `${folder.path}/000000000004.epochmap`,
  );
  const verdicts = await Array.fromAsync(audit(folder.path, silent));
  assertEquals(
    verdicts.map(({ error, info }) => [info?.epoch, error?.reason]),
    [
      [undefined, "it is epoch 3 by its header"],
      [1, undefined],
      [2, undefined],
    ],
  );
});
