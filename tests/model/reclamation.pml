/*
 * Epoch-based reclamation (src/reclamation/participant.ts, src/table/optimistic_read.ts).  One object is unlinked and retired by process 0 while a reader pins, reads
 * the link and uses what it found; a third process and the retirer advance the era.  pin = load the global era, then
 * one store (with any delay between: the stored era may be stale); unpin = one store.
 *   TAG_OWN     the retirer stamps the object with its own pinned era (default: the global era read AFTER the unlink)
 *   TAG_BEFORE  ... with the global era read before the unlink
 *   GAP n       the object is freed when the global era is at least its stamp + n (default 2)
 *   MOD3        the global era is kept modulo 3 (default: it only grows)
 *   ROUNDS n    how often reader and retirer repeat (default 2)
 *   OPTIMISTIC      the reader does not pin: it notes the global era, reads, notes it again, and throws away what it read
 *               when the two are OPTIMISTIC_GAP (default 2) or more steps apart
 */
#ifndef GAP
#define GAP 2
#endif
#ifndef ROUNDS
#define ROUNDS 2
#endif
#ifndef ADV1
#define ADV1 3      /* tries of the two advancers */
#define ADV2 2
#endif
#define NPR 2
#define OUT 255          /* not pinned */
#ifdef MOD3
#define NEXT(e) (((e)+1)%3)
#else
#define NEXT(e) ((e)+1)
#endif
byte global = 0; byte pin[NPR] = OUT;
byte link = 1;           /* the object now linked: 1, 2, … */
bit freed[8]; byte tag[8]; bit inlimbo[8];

inline ADVANCE() {       /* one try; a scan word by word */
  e = global; j = 0;
  do
  :: j == NPR -> break
  :: j < NPR -> if :: pin[j] == OUT || pin[j] == e -> j++ :: else -> goto stop fi
  od;
  atomic { if :: global == e -> global = NEXT(e) :: else fi };
stop: atomic { e = 0; j = 0 }
}
proctype Retirer() {
  byte e, j, n, o, t, own;
again:
  if :: n == ROUNDS -> goto fin :: else -> n++ fi;
  own = global;
  pin[0] = own;
#ifdef TAG_BEFORE
  t = global;
#endif
  atomic { o = link; link = o + 1 };
#ifdef TAG_OWN
  t = own;
#endif
#if !defined(TAG_OWN) && !defined(TAG_BEFORE)
  t = global;
#endif
  atomic { tag[o] = t; inlimbo[o] = 1 };
  pin[0] = OUT;
  goto again;
fin: skip
}
proctype Advancer(byte n) {
  byte e, j;
again:
  if :: n == 0 -> goto fin :: else -> n-- fi;
  ADVANCE();
  goto again;
fin: skip
}
proctype Freer() {       /* whoever owns or adopted the limbo list; in MOD3 the age is judged modulo 3 */
  byte o, g;
  do
  :: atomic { o == 0 -> if :: inlimbo[1] -> o = 1 :: inlimbo[2] -> o = 2 :: inlimbo[1] == 0 && inlimbo[2] == 0 && link > ROUNDS -> break fi }
  :: atomic { o != 0 -> g = global;
#ifdef MOD3
       if :: (g + 3 - tag[o]) % 3 >= GAP -> freed[o] = 1; inlimbo[o] = 0 :: else fi;
#else
       if :: g >= tag[o] + GAP -> freed[o] = 1; inlimbo[o] = 0 :: else fi;
#endif
       o = 0; g = 0 }
  od
}
proctype Reader() {
  byte e, n, o;
again:
  if :: n == ROUNDS -> goto fin :: else -> n++ fi;
  e = global;
  pin[1] = e;
  o = link;
  assert(!freed[o]);
  assert(!freed[o]);
  atomic { pin[1] = OUT; o = 0; e = 0 };
  goto again;
fin: skip
}
#ifndef OPTIMISTIC_GAP
#define OPTIMISTIC_GAP 2
#endif
proctype OptimisticReader() {
  byte e, n, o; bit bad;   /* bad: something was read that had been freed, and may be another thing by now */
again:
  if :: n == ROUNDS -> goto fin :: else -> n++ fi;
  e = global;
  o = link;
  bad = freed[o];
  bad = bad | freed[o];
  atomic { if :: global - e < OPTIMISTIC_GAP -> assert(!bad) :: else fi; bad = 0; o = 0; e = 0 };
  goto again;
fin: skip
}
#ifdef OPTIMISTIC
#define READER OptimisticReader
#else
#define READER Reader
#endif
init { atomic { run Retirer(); run READER(); run Advancer(ADV1); run Advancer(ADV2); run Freer() } }
