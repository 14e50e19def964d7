/**
 * All commands that only a server has, group by group.
 *
 * @module
 */

import { CLIENTS } from "./clients.ts";
import { CONNECTIONS } from "./connections.ts";
import { descriptions } from "./descriptions.ts";
import type { ServerCommand } from "./server_command.ts";
import { SERVERS } from "./servers.ts";
import { SLOW_LOGS } from "./slow_logs.ts";
import { SUBSCRIPTIONS } from "./subscriptions.ts";
import { TRANSACTIONS } from "./transactions.ts";

/** They. */
export const SERVER_COMMANDS: readonly ServerCommand[] = [
  ...CONNECTIONS,
  ...CLIENTS,
  ...SERVERS,
  ...SLOW_LOGS,
  ...TRANSACTIONS,
  ...SUBSCRIPTIONS,
  descriptions(() => SERVER_COMMANDS),
];
