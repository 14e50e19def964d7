/**
 * What the worker that began a server and those that serve send to one another.
 *
 * @module
 */

import type { SharedMapHandle } from "../api/shared_map.ts";
import type { Place } from "./here.ts";
import type { QuestionName, Questions } from "./peers.ts";
import type { ServerRun } from "./serving.ts";
import type { Settings } from "./settings.ts";

/** A question, and its answer. */
interface Asking {
  readonly name: QuestionName;
  readonly ask: Questions[QuestionName]["ask"];
}

/** To a worker. */
export type ToWorker =
  | {
    readonly kind: "start";
    readonly handle: SharedMapHandle;
    readonly settings: Settings;
    readonly counters: SharedArrayBuffer;
    /** Its place among the workers. */
    readonly index: number;
    readonly place: Place;
    readonly run: ServerRun;
  }
  | ({ readonly kind: "question"; readonly number: number } & Asking)
  /** What it has asked for. */
  | { readonly kind: "reply"; readonly number: number; readonly value: unknown }
  | { readonly kind: "stop" };

/** From a worker. */
export type FromWorker =
  | { readonly kind: "listening"; readonly port: number }
  /** It cannot listen. */
  | { readonly kind: "failed"; readonly reason: unknown }
  /** It asks all workers. */
  | ({ readonly kind: "ask"; readonly number: number } & Asking)
  | {
    readonly kind: "answer";
    readonly number: number;
    readonly answer: unknown;
  }
  | { readonly kind: "save"; readonly number: number }
  | { readonly kind: "shutdown" }
  | { readonly kind: "stopped" };
