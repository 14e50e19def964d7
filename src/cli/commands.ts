/**
 * All commands, in the order of the help.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { exportCommand } from "./export.ts";
import { importCommand } from "./import.ts";
import { inspectCommand } from "./inspect.ts";
import { serveCommand } from "./serve.ts";
import { verifyCommand } from "./verify.ts";

export const COMMANDS: readonly Command[] = [
  inspectCommand,
  verifyCommand,
  exportCommand,
  importCommand,
  serveCommand,
];
