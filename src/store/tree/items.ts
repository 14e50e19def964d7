/**
 * Items that are not in a node yet: new elements, or nodes that their parent does not name yet.
 *
 * @module
 */

const FIRST_BYTES = 1024;

/** A list of items in private memory. */
export class Items {
  count = 0;
  /** How many blobs they name, if they are elements. */
  blobs = 0;
  readonly high: number[] = [];
  readonly low: number[] = [];
  /** Of a node: its ref, and how many elements are under it. */
  readonly refs: number[] = [];
  readonly sums: number[] = [];
  /** Where the bytes of each end; they begin where those of the one before end. */
  readonly ends: number[] = [];
  bytes: Uint8Array = new Uint8Array(FIRST_BYTES);

  clear(): void {
    this.count = 0;
    this.blobs = 0;
  }

  /** Where the bytes of an item begin. */
  startOf(item: number): number {
    return item === 0 ? 0 : this.ends[item - 1];
  }

  /** Makes room for the bytes of another item; returns where they go. */
  reserve(bytes: number): number {
    const at = this.startOf(this.count);
    if (at + bytes > this.bytes.length) {
      const larger = new Uint8Array(
        Math.max(2 * this.bytes.length, at + bytes),
      );
      larger.set(this.bytes);
      this.bytes = larger;
    }
    return at;
  }

  /** Adds an item whose bytes stand from where `reserve` said to `end`. */
  add(high: number, low: number, end: number): void {
    const i = this.count++;
    this.high[i] = high;
    this.low[i] = low;
    this.ends[i] = end;
  }

  /** Adds a node with so many elements, and its separator. */
  addNode(
    ref: number,
    sum: number,
    high: number,
    low: number,
    end: number,
  ): void {
    this.refs[this.count] = ref;
    this.sums[this.count] = sum;
    this.add(high, low, end);
  }
}
