/**
 * What the harness asks of every map that it measures, ours included. It sees a
 * contender only through these types, so that all are treated alike.
 */

/** The operations of a mix. The names are those of `Map`. */
export const Operation = { GET: 0, SET: 1, DELETE: 2, UPDATE: 3 } as const;
export type Operation = typeof Operation[keyof typeof Operation];

/** A map in shared memory, as one worker holds it: answers at once. */
export interface NearMap {
  get(key: string): number | undefined;
  set(key: string, value: number): void;
  /** `true` if the key was there. */
  delete(key: string): boolean;
  /** Adds one to the value of a key that is there; `false` if it is not. */
  update(key: string): boolean;
  close?(): void;
}

/** A map that another worker owns: answers by message. */
export interface FarMap {
  /** How many requests a worker keeps under way. */
  readonly inFlight: number;
  request(operation: Operation, key: string, value: number): Promise<Answer>;
  close?(): void;
}

/** What an operation answers: a value, or whether the key was there. */
export type Answer = number | boolean | undefined;

/** A map that was created for a sample, as the thread that created it holds it. */
export interface Stage {
  /** What one worker attaches by; called once for each. */
  handle(): Handle;
  /** Gives up what the map holds beside memory. */
  close(): void;
}

/** Something to post to a worker, and the ports that travel with it. */
export interface Handle {
  readonly message: unknown;
  readonly ports?: MessagePort[];
}

/** What is known of a map's future when it is created. */
export interface Plan {
  /** The most entries that it will hold at a time. */
  readonly entries: number;
  /** Whether it starts empty and is to grow, where it can. */
  readonly growing: boolean;
}

export interface Contender {
  /** `false` for the empty loop, whose answers mean nothing. */
  readonly isMap: boolean;
  create(plan: Plan): Stage;
  attach(handle: unknown): NearMap | FarMap;
}

/** Does one operation on a map that answers at once. */
export function perform(
  map: NearMap,
  operation: Operation,
  key: string,
  value: number,
): Answer {
  switch (operation) {
    case Operation.GET:
      return map.get(key);
    case Operation.SET:
      return void map.set(key, value);
    case Operation.DELETE:
      return map.delete(key);
    case Operation.UPDATE:
      return map.update(key);
  }
}

/** Whether an answer says that the key was there; `set` never says so. */
export function wasFound(answer: Answer): boolean {
  return answer !== undefined && answer !== false;
}

export function isFar(map: NearMap | FarMap): map is FarMap {
  return "request" in map;
}
