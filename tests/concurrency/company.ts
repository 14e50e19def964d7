/**
 * Company: snapshots that another worker keeps open, or opens and closes, beside
 * what a test is about. Whatever holds without snapshots must hold beside them.
 *
 * @module
 */
import type { SharedMapHandle } from "../../mod.ts";
import type { Run } from "../testing/in_crews.ts";
import type { roles } from "./company_roles.ts";

/** What there is beside the test's own workers. */
export type Company =
  | "alone"
  | "beside an open snapshot"
  | "beside snapshots that come and go";

/** Every company. */
export const COMPANIES: readonly Company[] = [
  "alone",
  "beside an open snapshot",
  "beside snapshots that come and go",
];

/** Keeps the company of a map until it is disposed of. */
export async function keepCompany(
  company: Company,
  run: Run,
  handle: SharedMapHandle,
): Promise<AsyncDisposable> {
  const script = new URL("./company_roles.ts", import.meta.url);
  const crew = run.crew<typeof roles>(script, handle);
  if (company === "alone") return crew;
  const role = company === "beside an open snapshot" ? "keeper" : "opener";
  const done = crew.add(role, 1, undefined);
  await crew.start();
  return {
    async [Symbol.asyncDispose]() {
      crew.stop();
      const [seen] = await done.finally(() => crew[Symbol.asyncDispose]());
      if (seen === 0) throw new Error("The company never opened a snapshot");
    },
  };
}
