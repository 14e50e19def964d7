/**
 * `SLOWLOG`: the commands of all workers that took long.
 *
 * @module
 */

import { OK } from "../../store/commands/reply.ts";
import { fail } from "../../store/errors.ts";
import { parseInteger } from "../../store/numbers.ts";
import type { Client } from "../client.ts";
import type { SlowCommand } from "../peers.ts";
import type { ServerReply } from "../protocol/reply.ts";
import { type ServerCommand, serverCommandsOf } from "./server_command.ts";
import { subcommands } from "./subcommands.ts";

const DEFAULT_COUNT = 10;

/** Those of all workers, from the newest on. */
async function allSlow({ serving: { peers } }: Client): Promise<SlowCommand[]> {
  const answers = await peers.ask("slow", null);
  return answers.flat().toSorted((a, b) => b.id - a.id);
}

function countOf(word: string | undefined): number {
  if (word === undefined) return DEFAULT_COUNT;
  const count = parseInteger(word);
  if (typeof count !== "number" || count < -1) {
    fail("ERR count should be greater than or equal to -1");
  }
  return count === -1 ? Infinity : count;
}

async function get(
  client: Client,
  [word]: readonly string[],
): Promise<ServerReply> {
  const count = countOf(word);
  return (await allSlow(client)).slice(0, count).map((
    { address, clientName, id, micros, time, words },
  ) => [id, time, micros, words, address, clientName]);
}

/** The command. */
export const SLOW_LOGS: readonly ServerCommand[] = [
  serverCommandsOf("server")(
    "SLOWLOG",
    -2,
    "admin",
    "GET, LEN, RESET: the commands that took long",
    subcommands("slowlog", {
      GET: { words: [0, 1], run: get },
      LEN: {
        words: [0, 0],
        run: async (client) => (await allSlow(client)).length,
      },
      RESET: {
        words: [0, 0],
        run: async ({ serving: { peers } }) => {
          await peers.ask("forgetSlow", null);
          return OK;
        },
      },
    }),
  ),
];
