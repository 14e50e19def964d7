/** What is measured: something that keeps some of what it is asked for. */
export interface Contender {
  readonly name: string;
  /** Makes one that holds so many entries. */
  make(entries: number): Cache;
}

/** A cache as a trace meets it. */
export interface Cache {
  /** Asks for a key, and keeps it; says whether it was there. */
  access(key: number): boolean;
  close?(): void;
}
