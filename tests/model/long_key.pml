/*
 * The reserve for the tombstone of the longest key (src/segment/long_key.ts, src/segment/tombstone_reserve.ts).
 *
 * Chunks that entries leave free, in one word, with a doubt: NONE (it is the least that will do), DOUBTED (it may be too much),
 * or the participant that looks for what is needed.  A key is a run of memory here, which says its size, 0 to 2, once it is
 * written; before that it says what the run held before.
 *   keep    with enough in the word: takes it from whoever looks, by a CAS to DOUBTED, and is done; with less: claims the
 *           chunks that are missing, raises the word by a CAS, and lets the chunks go
 *   write   allocates a run; writes the key; then keeps (again: it did before it allocated, too, which is left out here), or
 *           frees the run; links it.  Later it frees what it linked
 *   move    a run takes the place of another one with the same key: likewise
 *   free    the run is none any more; then the word is doubted, whoever looks at the moment
 *   lower   CAS word -> (kept, me); looks at all runs; CAS (kept, me) -> (most, NONE), or (most, DOUBTED) if the run with the
 *           longest key is not settled
 *   entry   claims the chunk that is kept only for a key of size 2; looks at the word; lets it go again if it is kept
 * Checked: what is kept is never less than a linked key needs; an entry never has the chunk while it is kept; in the end, when
 * somebody looks once more, no more is kept than needed.
 *
 *   CRASH                 a writer may die at any step; then somebody frees its run, if it is no run of a linked key, and doubts
 *   BUG_NO_SECOND_LOOK    keep: not after the key is written, only before
 *   BUG_IGNORE            keep: does not take the word from whoever looks
 *   BUG_NAMELESS          lower: the word does not say who looks
 *   BUG_DOUBT_EARLY       free: the word is doubted before
 *   BUG_DOUBT_LEFT        free: the word is left to whoever looks
 *   BUG_UNSETTLED         lower: a run that is not settled counts like all others
 *   BUG_NO_DOUBT_AFTER    a survivor does not doubt the word
 *   BUG_LOOK_ONLY         keep: looks whether the missing chunks are free, and does not claim them
 *   BUG_MOVE              move: keeps nothing
 */
#define RUNS 3
#define NONE 0
#define DOUBTED 9
#define LOOKING(d) ((d) != NONE && (d) != DOUBTED)
#ifdef BUG_NAMELESS
#define ME(p) 1
#else
#define ME(p) (p)
#endif

byte kept, doubt;
byte taken[RUNS];        /* 0: free; else who took it */
byte key[RUNS]; bit settled[RUNS]; bit linked[RUNS];
byte chunk;              /* 0 free; 1 an entry claims it; 2 an entry has it; 3 claimed by who raises */
byte writers; bit crashed;

#define SOUND (linked[0]*key[0] <= kept && linked[1]*key[1] <= kept && linked[2]*key[2] <= kept)

inline die() {
#ifdef CRASH
  if :: !crashed -> atomic { crashed = 1; goto dead } :: skip fi
#else
  skip
#endif
}

/* ok: whether so much is kept */
inline KEEP(size) {
  do
  :: atomic { k = kept; d = doubt };
     if
     :: size <= k && !LOOKING(d) -> ok = 1; break
     :: size <= k && LOOKING(d) ->
#ifdef BUG_IGNORE
        ok = 1; break
#else
        atomic { if :: kept == k && doubt == d -> doubt = DOUBTED; ok = 1; k = 0; d = 0; break :: else -> skip fi }
#endif
     :: else ->
        if
        :: size == 2 ->
#ifdef BUG_LOOK_ONLY
           if :: chunk != 0 -> ok = 0; break :: else fi;
#else
           atomic { if :: chunk == 0 -> chunk = 3 :: else -> ok = 0; k = 0; d = 0; break fi };
#endif
        :: else
        fi;
        atomic { if :: kept == k && doubt == d -> kept = size; doubt = DOUBTED; ok = 1 :: else -> ok = 0 fi };
        if :: ok && size == 2 -> assert(chunk != 2) :: else fi;
#ifndef BUG_LOOK_ONLY
        if :: size == 2 -> chunk = 0 :: else fi;
#endif
        if :: ok -> break :: else fi
     fi
  od;
  k = 0; d = 0
}

inline DOUBT(size) {
  do
  :: atomic { k = kept; d = doubt };
     if
     :: k == 0 || d == DOUBTED -> break
#ifdef BUG_DOUBT_LEFT
     :: LOOKING(d) -> break
#endif
     :: else -> atomic { if :: kept == k && doubt == d -> doubt = DOUBTED; break :: else fi }
     fi
  od;
  k = 0; d = 0
}

inline FREE(r) {
#ifdef BUG_DOUBT_EARLY
  DOUBT(0);
  atomic { taken[r] = 0; settled[r] = 0 }
#else
  atomic { taken[r] = 0; settled[r] = 0 };
  die();
  DOUBT(0)
#endif
}

/* i: a free run, taken */
inline TAKE() {
  atomic { if
  :: taken[0] == 0 -> i = 0
  :: taken[0] != 0 && taken[1] == 0 -> i = 1
  :: taken[0] != 0 && taken[1] != 0 && taken[2] == 0 -> i = 2
  :: else -> goto fin
  fi; taken[i] = me; settled[i] = 0 }
}

proctype Writer(byte me; byte size; bit again) {
  byte i, j, k, d; bit ok;
#ifdef BUG_NO_SECOND_LOOK
  KEEP(size);
  if :: !ok -> goto fin :: else fi;
#endif
  TAKE();
  die();
  key[i] = size;
  die();
#ifndef BUG_NO_SECOND_LOOK
  KEEP(size);
  if :: !ok -> FREE(i); goto fin :: else fi;
  die();
#endif
  atomic { linked[i] = 1; assert(SOUND) };
  die();
  settled[i] = 1;
  if
  :: again ->                   /* moved to another run */
     j = i;
     TAKE();
     key[i] = size;
#ifndef BUG_MOVE
     KEEP(size);
     assert(ok);
#endif
     atomic { linked[j] = 0; linked[i] = 1; assert(SOUND) };
     settled[i] = 1;
     FREE(j)
  :: else
  fi;
  if
  :: true ->                    /* deleted */
     linked[i] = 0;
     die();
     FREE(i)
  :: true
  fi;
  goto fin;
dead: skip;                     /* a survivor: what is linked is settled by then */
  d_step {
    for (k : 0 .. RUNS-1) {
      if
      :: taken[k] == me && !linked[k] -> taken[k] = 0; settled[k] = 0
      :: taken[k] == me && linked[k] -> settled[k] = 1
      :: else
      fi
    };
    k = 0; i = 0; j = 0; ok = 0; d = 0
  };
#ifndef BUG_NO_DOUBT_AFTER
  DOUBT(0);
#endif
fin: writers--
}

inline LOWER(me) {
  atomic { k = kept; d = doubt };
  if
  :: d != NONE ->
     atomic { if :: kept == k && doubt == d -> doubt = ME(me); ok = 1 :: else -> ok = 0 fi };
     if
     :: ok ->
        most = 0; open = 0; i = 0;
        do
        :: i == RUNS -> break
        :: else ->
           if
           :: taken[i] != 0 ->
              s = settled[i];
              n = key[i];
              if :: n > most -> most = n; open = 1 - s :: n == most && s -> open = 0 :: else fi
           :: else
           fi;
           i++
        od;
        if :: most > k -> most = k; open = 1 :: else fi;
#ifdef BUG_UNSETTLED
        open = 0;
#endif
        atomic { if
        :: kept == k && doubt == ME(me) -> kept = most; doubt = (open -> DOUBTED : NONE); assert(SOUND)
        :: else
        fi; i = 0; most = 0; open = 0; s = 0; n = 0 }
     :: else
     fi
  :: else
  fi;
  atomic { k = 0; d = 0; ok = 0 }
}

proctype Lowerer(byte me; byte times) {
  byte i, k, d, n, most; bit ok, open, s;
  do
  :: times == 0 -> break
  :: else -> times--; LOWER(me)
  od
}

proctype Entry(byte times) {
  byte k;
  do
  :: times == 0 -> break
  :: else ->
     times--;
     atomic { if :: chunk == 0 -> chunk = 1 :: else -> goto fin fi };
     k = kept;
     if
     :: k == 2 -> chunk = 0
     :: else -> chunk = 2; k = 0; if :: true -> chunk = 0 :: true -> break fi
     fi;
     k = 0
  od;
fin: skip
}

/* when all is quiet, somebody looks once more: no more is kept than what is there needs */
proctype Last() {
  byte i, k, d, n, most; bit ok, open, s;
  writers == 0;
  _nr_pr == 2;
  LOWER(7);
  d_step {
    most = 0;
    for (i : 0 .. RUNS-1) { if :: taken[i] != 0 && key[i] > most -> most = key[i] :: else fi };
    assert(kept == most); assert(doubt == NONE)
  }
}

init { atomic { run Last(); START } }
