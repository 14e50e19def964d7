/**
 * What the workers of a server ask one another: what only the worker knows that has the client.
 *
 * @module
 */

import type { ListedClient } from "./client_list.ts";
import type { Settings } from "./settings.ts";

/** Which clients are meant: those that all of it is true of. */
export interface ClientFilter {
  readonly id?: number | undefined;
  readonly address?: string | undefined;
  readonly localAddress?: string | undefined;
  readonly type?: ListedClient["type"] | undefined;
  /** But for this one. */
  readonly except?: number | undefined;
}

/** A line of `CLIENT LIST`. */
export interface ClientLine {
  readonly id: number;
  readonly type: ListedClient["type"];
  readonly line: string;
}

/** A command that took long. */
export interface SlowCommand {
  readonly id: number;
  /** When it was done, in seconds since 1970. */
  readonly time: number;
  readonly micros: number;
  readonly words: readonly string[];
  readonly address: string;
  readonly clientName: string;
}

/** What is asked, and of what type the answer of each worker is. */
export interface Questions {
  /** The clients of the worker. */
  readonly clients: { readonly ask: null; readonly answer: ClientLine[] };
  /** Closes connections; how many. */
  readonly kill: { readonly ask: ClientFilter; readonly answer: number };
  /** Wakes a client from the command that it waits in; whether it did. */
  readonly unblock: {
    readonly ask: { readonly id: number; readonly how: "timeout" | "error" };
    readonly answer: boolean;
  };
  /** Changes settings. */
  readonly set: { readonly ask: Partial<Settings>; readonly answer: null };
  /** The slow commands of the worker. */
  readonly slow: {
    readonly ask: null;
    readonly answer: readonly SlowCommand[];
  };
  /** Forgets them. */
  readonly forgetSlow: { readonly ask: null; readonly answer: null };
  /** There are so many more clients that are shown all commands. */
  readonly monitors: { readonly ask: number; readonly answer: null };
  /** Shows a line to those of the worker; how many there are. */
  readonly show: { readonly ask: string; readonly answer: number };
  /** Sets the counters to 0. */
  readonly reset: { readonly ask: null; readonly answer: null };
}

/** The name of a question. */
export type QuestionName = keyof Questions;

/** One question, as it goes from worker to worker. */
export interface Question<N extends QuestionName = QuestionName> {
  readonly name: N;
  readonly ask: Questions[N]["ask"];
}

/** The workers of a server. */
export interface Peers {
  /** Asks all of them, and this one; those that end meanwhile do not answer. */
  ask<N extends QuestionName>(
    name: N,
    ask: Questions[N]["ask"],
  ): Promise<Questions[N]["answer"][]>;
}
