/**
 * What is explored, in groups; their order is the same in all workers of a search.
 *
 * @module
 */
import { chains } from "./scenarios/chains.ts";
import { commits } from "./scenarios/commits.ts";
import { attachments } from "./scenarios/attachments.ts";
import { randomPrograms } from "./scenarios/random_programs.ts";
import { dumps } from "./scenarios/dumps.ts";
import { eviction } from "./scenarios/eviction.ts";
import { expiry } from "./scenarios/expiry.ts";
import { loading } from "./scenarios/loading.ts";
import { messageScenarios } from "./scenarios/messages.ts";
import { memory } from "./scenarios/memory.ts";
import { pairs, triples } from "./scenarios/one_key.ts";
import { recoveries } from "./scenarios/recoveries.ts";
import { slots } from "./scenarios/slots.ts";
import { structures } from "./scenarios/structures.ts";
import { snapshots } from "./scenarios/snapshots.ts";
import { trees } from "./scenarios/trees.ts";
import { waiting } from "./scenarios/waiting.ts";
import { moves } from "./scenarios/moves.ts";
import type { Scenario } from "./scenario.ts";

export const SCENARIOS: readonly Scenario[] = [
  ...pairs,
  ...triples,
  ...slots,
  ...moves,
  ...snapshots,
  ...chains,
  ...memory,
  ...recoveries,
  ...dumps,
  ...attachments,
  ...randomPrograms,
  ...expiry,
  ...waiting,
  ...loading,
  ...trees,
  ...eviction,
  ...commits,
  ...structures,
  ...messageScenarios,
];
