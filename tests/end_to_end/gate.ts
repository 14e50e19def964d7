/** Where a role says that its thread is blocked, and waits to go on: see `rendezvous_roles.ts`. */
export class Gate implements Disposable {
  readonly word = new Int32Array(new SharedArrayBuffer(4));

  /** Whether somebody waits here. */
  get isClosed(): boolean {
    return Atomics.load(this.word, 0) === 1;
  }

  open(): void {
    Atomics.store(this.word, 0, 2);
    Atomics.notify(this.word, 0);
  }

  [Symbol.dispose](): void {
    this.open();
  }
}
