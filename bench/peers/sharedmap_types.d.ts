/** The part of npm:sharedmap that is used here; the package's own types do not compile. */
declare class SharedMap {
  constructor(maxSize: number, keySize: number, objSize: number);
  get(key: string): string | undefined;
  set(key: string, value: string | number): void;
  /** Throws a `RangeError` when the key is not there. */
  delete(key: string): void;
}
export default SharedMap;
