/**
 * Single operations with number keys, `SharedMap` beside `Map`:
 *
 *   deno bench --allow-read bench/operations_numbers_bench.ts
 */
import { NUMBERS } from "./operations/key_kind.ts";
import { suite } from "./operations/suite.ts";

suite(NUMBERS);
