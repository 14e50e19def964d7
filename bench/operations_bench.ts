/**
 * Single operations with string keys, `SharedMap` beside `Map`:
 *
 *   deno bench --allow-read bench/operations_bench.ts
 *   deno bench --allow-read bench/operations_bench.ts --filter "get"
 *
 * Number keys are in a file of their own: `deno bench` gives each file a fresh
 * start, and code that has seen one kind of key only.
 */
import { FRESH_STRINGS, REUSED_STRINGS } from "./operations/key_kind.ts";
import { suite } from "./operations/suite.ts";

suite(FRESH_STRINGS);
suite(REUSED_STRINGS);
