// What `segment/atomics.ts` is in the kernel: each access is one instruction.

/** The segment: its memory begins at 0, so there is nothing to hold. */
@final
export class Words {
  @inline @operator("[]")
  get(index: i32): i32 {
    return i32.load(at(index));
  }

  @inline @operator("[]=")
  set(index: i32, value: i32): void {
    i32.store(at(index), value);
  }
}

/** The words of a key, from the address on that stands for the object. */
@final @unmanaged
export class KeyWords {
  @inline @operator("[]")
  get(index: i32): i32 {
    return i32.load(changetype<usize>(this) + at(index));
  }

  @inline @operator("[]=")
  set(index: i32, value: i32): void {
    i32.store(changetype<usize>(this) + at(index), value);
  }
}

@inline
function at(index: i32): usize {
  return <usize> index << 2;
}

@inline
export function load(words: Words, index: i32): i32 {
  return i32.atomic.load(at(index));
}

@inline
export function store(words: Words, index: i32, value: i32): void {
  i32.atomic.store(at(index), value);
}

@inline
export function release(words: Words, index: i32, value: i32): void {
  i32.atomic.store(at(index), value);
}

@inline
export function compareAndSet(
  words: Words,
  index: i32,
  expected: i32,
  value: i32,
): bool {
  return i32.atomic.rmw.cmpxchg(at(index), expected, value) == expected;
}

@external("host", "notify")
declare function notifyWord(index: i32): void;

@inline
export function add(words: Words, index: i32, by: i32): i32 {
  return i32.atomic.rmw.add(at(index), by);
}

/** By JavaScript: the instruction takes ten times as long, in V8. */
@inline
export function notify(words: Words, index: i32): void {
  notifyWord(index);
}

@inline
export function hint(words: Words, index: i32): i32 {
  return i32.load(at(index));
}

@inline
export function own(words: Words, index: i32): i32 {
  return i32.load(at(index));
}

@inline
export function fixed(words: Words, index: i32): i32 {
  return i32.load(at(index));
}

@inline
export function poke(words: Words, index: i32, value: i32): void {
  i32.store(at(index), value);
}

@inline
export function touch(words: Words, index: i32): i32 {
  return i32.load(at(index));
}
