/*
 * The ledger of chunks (src/segment/{chunk_pool,chunk_cutter,consolidation,chunk_ledger}.ts, src/reclamation/repair.ts,
 * src/table/table_recovery.ts).  Three participants claim chunks, cut them into blocks, gather blocks and
 * give whole chunks back; allocate runs of chunks, link and unlink them, and free them.
 * Participants 0 and 1 may be cut short between any two steps, and are then dead or go on with
 * something else.  Participants 1 and 2 recover the dead, one at a time; 1 may be cut short in
 * that, too.
 *   default       what is counted is written ahead, and the state of a chunk decides; who gives
 *                 chunks back marks them first, and takes them off its lists then
 *   BUG_GOES_ON         whoever comes next goes on as if nothing had been
 *   BUG_COUNT_LATE      chunks are counted as taken once they are claimed
 *   BUG_BALANCE_EARLY   they are counted no more before they are free
 *   BUG_SUM_ONCE        the sum misses a chunk that is taken by one and given back by another
 *   BUG_TURN_UNSAID     that a chunk turns is not written down
 *   BUG_TURN_BLIND      ... who repairs does not look whether it did
 *   BUG_TURN_LAST       ... or does after it freed what was claimed
 *   BUG_UNLINK_FIRST    blocks leave the list before their chunk is marked
 *   BUG_FREE_FIRST      ... after it is free
 *   BUG_LISTED          ... who repairs leaves them there
 *   BUG_RECORD_LATE     a chunk turns before the record says who cuts it
 *   BUG_CUT_BLIND       who repairs does not look whether the next block was cut already
 *   BUG_CUT_LEFT        ... nor whether that was the last one
 *   BUG_REST_LATE       a recoverer clears that after the last block went on its list
 *   BUG_HEAD_FIRST      the first chunk of a run is free before the others
 *   BUG_BODIES          who repairs leaves the chunks behind the first to themselves
 *   BUG_RUN_UNSAID      which run is given back is not written down
 *   BUG_STAMP_LATE      a run may still have the stamp of what was there before when it is one
 *   BUG_NAME_LATE       ... and does not say who allocated it
 *   BUG_NAME_LEFT       ... and still says so when it is free
 *   BUG_NAME_MARK       ... by a word that may also be where a chunk is cut
 *   BUG_NAME_KEPT       a recoverer frees it without its own name on it
 *   BUG_ASIDE_NAMED     a run that is set aside says who allocated it
 *   BUG_ASIDE_UNSAID    ... that it is set aside is not written down
 *   BUG_UNSETTLED       who unlinks a run does not settle it before
 *   BUG_NO_SETTLE       nor does a recoverer that looks for runs that were not linked
 *   BUG_NO_RECHECK      ... it does not look again after that
 * START sets up; MENU0 to MENU2 are what each does, OPS0 to OPS2 how often, CUTS how often somebody
 * is cut short; KEEP chunks are left to tombstones.  The free blocks of a participant, and those at
 * the words of the transfer cache, are sets here: hand.pml and transfer_cache.pml have their order.
 * Ghosts: `lost`, a block on its way from the dead to the living; `cutter`, who cuts a chunk;
 * `runOf`, who has a run; `may`, whether at some moment enough was left since a participant counted
 * what it is about to take.
 */
#ifndef NC
#define NC 2
#endif
#ifndef CUTS
#define CUTS 2
#endif
#ifndef KEEP
#define KEEP 0
#endif
#ifndef OPS2
#define OPS2 0
#endif
#ifndef MENU2
#define MENU2 0
#endif
#define NPART 3
#define NONE 9
#define BL 2                          /* blocks of a chunk */
#define CHUNK 1                       /* what is on a menu */
#define TAKE 2
#define FREE 4
#define GIVE 8
#define GATHER 16
#define RUN1 32
#define RUN2 64
#define DELETE 128
#define TOMB 256                      /* a chunk for tombstones */

#define CUT 1                         /* states; 0: free */
#define BODY 2
#define ISRUN(s) (s == 3 || s == 4)
#define LENGTH(s) (s - 2)
#define TAKING(p) (8 + p)
#ifdef BUG_NAME_MARK
#define NAME(p) (1 + p)
#else
#define NAME(p) (4 + p)
#endif
#define BLOCK(c, i) (1 << (BL * (c) + (i)))
#define BLOCKS(c) (3 << (BL * (c)))
#define OWNED(p, c) (!linked[c] && (runOf[c] == p + 1 || (runOf[c] != 0 && dead[runOf[c] - 1])))
#define LISTED (list[0] | list[1] | list[2] | ex)

byte state[NC], second[NC];           /* second: the mark of the next cut, or whose run it is */
bit fresh[NC], linked[NC];            /* fresh: the run's first word, its stamp, is 0 */
byte list[NPART], cutting[NPART], limbo[NPART], freeing[NPART], turning[NPART];
short taken[NPART], given[NPART], settled[NPART], turned[NPART], used[NPART], turnedUsed[NPART];
byte ex, use, lost;
byte cutter[NC], runOf[NC];
bit sec[NPART], dead[NPART], recovered[NPART], ended[NPART];
byte rlock = NONE, cuts, may;

inline cut() { if :: me < 2 && cuts < CUTS -> cuts++; goto stopped :: skip fi }

#define B(c) (state[c] != 0)
#if NC == 2
#define BUSY (B(0) + B(1))
#else
#define BUSY (B(0) + B(1) + B(2))
#endif
#define COUNTED (taken[0] + taken[1] + taken[2] - given[0] - given[1] - given[2])
#define LEFT (NC - COUNTED >= KEEP)
inline balance(p) {
  atomic {
    given[p] = taken[p] - settled[p]; assert(COUNTED >= BUSY);
#if KEEP
    if :: LEFT -> may = 7 :: else fi
#endif
  }
}
inline setFree(c) {
  atomic {
    assert(((LISTED | use) & BLOCKS(c)) == 0);
    assert(cutting[0] != c + 1 && cutting[1] != c + 1 && cutting[2] != c + 1);
    state[c] = 0; cutter[c] = 0; runOf[c] = 0
  }
}

/* ---- claims */
inline reserve(n) {
#ifndef BUG_COUNT_LATE
  atomic {
    taken[me] = taken[me] + n;
#if KEEP
    may = (may & (7 - (1 << me))) | (LEFT << me);
#endif
    cut()
  };
#endif
  ok = 1;
#if KEEP
  if
  :: !isTomb ->
     sum = 0;
#ifdef BUG_SUM_ONCE
     sum = sum + taken[0] - given[0];
     sum = sum + taken[1] - given[1];
     sum = sum + taken[2] - given[2];
#else
     sum = sum - given[0];
     sum = sum - given[1];
     sum = sum - given[2];
     sum = sum + taken[0];
     sum = sum + taken[1];
     sum = sum + taken[2];
#endif
     ok = (NC - sum >= KEEP); sum = 0;
     assert(!ok || (may & (1 << me)));
     if :: !ok -> balance(me) :: else fi
  :: else
  fi
#endif
}
inline claimed() { assert(COUNTED >= BUSY) }
/* c: a chunk that is claimed, or NONE.  A hint says where whoever claims begins to look */
inline claimOne() {
  reserve(1);
  c = NONE;
  if
  :: ok ->
     if
     :: atomic { state[0] == 0 -> state[0] = TAKING(me); c = 0; claimed() }
     :: atomic { state[1] == 0 -> state[1] = TAKING(me); c = 1; claimed() }
#if NC > 2
     :: atomic { state[2] == 0 -> state[2] = TAKING(me); c = 2; claimed() }
     :: state[0] != 0 && state[1] != 0 && state[2] != 0 -> balance(me)
#else
     :: state[0] != 0 && state[1] != 0 -> balance(me)
#endif
     fi;
     cut()
  :: else
  fi
}
inline countLate(n) {
#ifdef BUG_COUNT_LATE
  taken[me] = taken[me] + n; cut()
#else
  skip
#endif
}
inline unclaim() { setFree(c); cut(); balance(me); c = NONE; cut() }
inline claimTwo() {
  reserve(2);
  c = NONE;
  if
  :: ok ->
     if
     :: atomic { state[0] == 0 -> state[0] = TAKING(me); c = 0; claimed() }
#if NC > 2
     :: atomic { state[1] == 0 -> state[1] = TAKING(me); c = 1; claimed() }
     :: state[0] != 0 && state[1] != 0 -> balance(me)
#else
     :: state[0] != 0 -> balance(me)
#endif
     fi;
     cut();
     if
     :: c != NONE ->
        atomic { if :: state[c + 1] == 0 -> state[c + 1] = TAKING(me); claimed() :: else -> ok = 0 fi };
        cut();
        if :: !ok -> unclaim() :: else fi
     :: else
     fi
  :: else
  fi
}

/* ---- a chunk turns: by p, or by whoever repairs its record */
inline turn(p, k, to, chunks, refs) {
  atomic {
    turned[p] = settled[p] + (chunks); turnedUsed[p] = used[p] + (refs); cut();
#ifndef BUG_TURN_UNSAID
    turning[p] = k + 1; cut()
#endif
  };
  state[k] = to; cut();
  atomic { used[p] = turnedUsed[p]; cut(); settled[p] = turned[p]; cut(); turning[p] = 0; cut() }
}
inline finishChunkChange(p) {
  atomic {
    if
    :: turning[p] != 0 ->
       if
#ifdef BUG_TURN_BLIND
       :: true
#else
       :: (state[turning[p] - 1] == TAKING(p)) == (turned[p] < settled[p])
#endif
         -> used[p] = turnedUsed[p]; cut(); settled[p] = turned[p]; cut()
#ifndef BUG_TURN_BLIND
       :: else
#endif
       fi;
       turning[p] = 0; cut()
    :: else
    fi
  }
}

/* ---- chunks of blocks */
inline cutBlock() {
  atomic {
    if
    :: cutting[me] != 0 ->
       c = cutting[me] - 1; at = second[c];
       if
       :: at < BL ->
          assert(state[c] == CUT && cutter[c] == me + 1 && ((LISTED | use) & BLOCK(c, at)) == 0);
          list[me] = list[me] | BLOCK(c, at); cut();
          second[c] = at + 1; cut()
       :: else
       fi;
       if :: at + 1 >= BL -> cutting[me] = 0; cut() :: else fi;
       at = 0
    :: else
    fi
  }
}
inline adoptChunk() {
  countLate(1);
  second[c] = 0; fresh[c] = 1; cut();          /* whatever the first block says */
#ifdef BUG_RECORD_LATE
  turn(me, c, CUT, 1, 0);
  cutting[me] = c + 1; cutter[c] = me + 1
#else
  cutting[me] = c + 1; cutter[c] = me + 1; cut();
  turn(me, c, CUT, 1, 0)
#endif
}
inline newChunk() {
  claimOne();
  if :: c != NONE -> adoptChunk(); cutBlock() :: else fi
}
#define WHOLE(k) (state[k] == CUT && (cutting[me] == k + 1 \
  -> (second[k] > 0 && (list[me] & BLOCKS(k)) == (second[k] == 1 -> BLOCK(k, 0) : BLOCKS(k))) \
  : (list[me] & BLOCKS(k)) == BLOCKS(k)))
inline unlinkBlocks(p, some) {
  atomic {
    c = 0;
    do
    :: c < NC ->
       if
       :: some & (1 << c) ->
          if :: cutting[p] == c + 1 -> cutting[p] = 0; cut() :: else fi;
          list[p] = list[p] & (255 - BLOCKS(c)); cut()
       :: else
       fi;
       c++
    :: else -> break
    od;
    c = NONE
  }
}
inline freeAll(some) {
  c = NC;
  do
  :: c > 0 -> c--; if :: some & (1 << c) -> setFree(c); cut() :: else fi
  :: else -> break
  od;
  c = NONE
}
inline gather() {
  atomic {
    list[me] = list[me] | ex; ex = 0; cut();
    all = 0;
    if :: WHOLE(0) -> all = all | 1 :: else fi;
    if :: WHOLE(1) -> all = all | 2 :: else fi;
#if NC > 2
    if :: WHOLE(2) -> all = all | 4 :: else fi
#endif
  };
#ifdef BUG_UNLINK_FIRST
  unlinkBlocks(me, all);
#endif
  at = 0;
  do
  :: at < NC -> if :: all & (1 << at) -> turn(me, at, TAKING(me), -1, 0) :: else fi; at++
  :: else -> break
  od;
  at = 0;
#ifdef BUG_BALANCE_EARLY
  balance(me); cut();
#endif
#ifdef BUG_FREE_FIRST
  freeAll(all);
#endif
  unlinkBlocks(me, all);
  freeAll(all);
  all = 0;
  balance(me); cut()
}

/* ---- runs */
inline setAside() {
#ifndef BUG_ASIDE_UNSAID
  freeing[me] = c + 1; cut();
#endif
#ifndef BUG_ASIDE_NAMED
  second[c] = 0; cut();
#endif
  limbo[me] = limbo[me] | (1 << c); cut();
  freeing[me] = 0; cut()
}
inline allocateRun(n) {
  if :: n == 1 -> claimOne() :: n == 2 -> claimTwo() fi;
  if
  :: c != NONE ->
     countLate(n);
     if :: n == 2 -> state[c + 1] = BODY; cut() :: else fi;
#ifndef BUG_STAMP_LATE
     fresh[c] = 1; cut();
#endif
#ifndef BUG_NAME_LATE
     second[c] = NAME(me); cut();
#endif
     runOf[c] = me + 1;
     turn(me, c, 2 + n, n, 2 * n);
#ifdef BUG_STAMP_LATE
     fresh[c] = 1; cut();
#endif
#ifdef BUG_NAME_LATE
     second[c] = NAME(me); cut();
#endif
     if
     :: atomic { linked[c] = 1; runOf[c] = 0 }; cut(); fresh[c] = 0
     :: atomic { freeing[me] = c + 1; cut() }; giveRun(me)
     :: setAside()
     fi
  :: else
  fi
}
/* c: the first chunk of a run that p is freeing */
inline turnRun(p) {
  atomic { n = state[c]; assert(ISRUN(n) && OWNED(p, c)); n = LENGTH(n) };
  turn(p, c, TAKING(p), -n, -2 * n)
}
inline giveRun(p) {
  c = freeing[p] - 1;
  turnRun(p);
#ifndef BUG_NAME_LEFT
  second[c] = 0;
#endif
  freeing[p] = 0; cut();
#ifdef BUG_BALANCE_EARLY
  balance(p); cut();
#endif
#ifdef BUG_HEAD_FIRST
  setFree(c); cut();
  if :: n == 2 -> setFree(c + 1); cut() :: else fi;
#else
  if :: n == 2 -> setFree(c + 1); cut() :: else fi;
  setFree(c); cut();
#endif
  n = 0; c = NONE;
  balance(p); cut()
}
inline unlink(k) {
#ifndef BUG_UNSETTLED
  fresh[k] = 0; cut();
#endif
  atomic { if :: linked[k] -> linked[k] = 0; limbo[me] = limbo[me] | (1 << k); runOf[k] = me + 1 :: else fi };
  cut()
}
inline drain() {
  atomic {
    if :: limbo[me] & 1 -> c = 0 :: limbo[me] & 2 -> c = 1 :: limbo[me] & 4 -> c = 2 fi;
#ifndef BUG_RUN_UNSAID
    freeing[me] = c + 1; cut();
#endif
    limbo[me] = limbo[me] & (255 - (1 << c)); cut();
    freeing[me] = c + 1
  };
  giveRun(me)
}

/* ---- repair, by the owner or by a recoverer */
inline finishCut(p) {
  atomic {
    if
    :: cutting[p] != 0 ->
       c = cutting[p] - 1; at = second[c];
#ifndef BUG_CUT_BLIND
       if :: at < BL && (list[p] & BLOCK(c, at)) -> at++; second[c] = at; cut() :: else fi;
#endif
#ifndef BUG_CUT_LEFT
       if :: at >= BL -> cutting[p] = 0; cut() :: else fi;
#endif
       at = 0; c = NONE
    :: else
    fi
  }
}
inline finishFreeing(p) {
  if
  :: freeing[p] != 0 ->
     c = freeing[p] - 1;
     if
     :: limbo[p] & (1 << c) -> freeing[p] = 0; cut()
     :: else ->
        assert(state[c] != CUT);
        if :: ISRUN(state[c]) -> turnRun(p) :: else fi;
        n = 0; freeing[p] = 0; cut()
     fi;
     c = NONE
  :: else
  fi
}
inline freeClaimed(p) {
  all = 0; at = 0;
  do
  :: at < NC ->
     n = state[at];
     if
     :: n == TAKING(p) -> all = all | (1 << at)
#ifndef BUG_BODIES
     :: n == BODY && at > 0 -> all = all | ((all << 1) & (1 << at))
#endif
     :: else
     fi;
     at++
  :: else -> break
  od;
  n = 0; at = 0;
#ifndef BUG_LISTED
  unlinkBlocks(p, all);
#endif
#ifndef BUG_NAME_LEFT
  atomic {
    for (at : 0 .. NC - 1) { if :: all & (1 << at) -> second[at] = 0; cut() :: else fi };
    at = 0
  };
#endif
  freeAll(all);
  all = 0;
  balance(p); cut()
}
inline freeUnlinked(p) {
  all = 0; at = 0;
  do
  :: at < NC ->
     n = state[at];
     if
     :: ISRUN(n) ->
        ok = fresh[at];
        if :: ok && second[at] == NAME(p) -> all = all | (1 << at) :: else fi
     :: else
     fi;
     at++
  :: else -> break
  od;
  n = 0; ok = 0; at = 0;
#ifndef BUG_NO_SETTLE
  d_step { for (at : 0 .. NC - 1) { fresh[at] = fresh[at] & (1 - linked[at]) }; at = 0 };
#endif
  do
  :: at < NC ->
     if
     :: all & (1 << at) ->
#ifdef BUG_NO_RECHECK
        ok = 1;
#else
        ok = fresh[at];
        if :: ok -> ok = (second[at] == NAME(p)) :: else fi;
#endif
        if
        :: ok ->
#ifndef BUG_NAME_KEPT
           second[at] = NAME(me); runOf[at] = me + 1; cut();
#endif
           freeing[me] = at + 1; cut();
           giveRun(me)
        :: else
        fi
     :: else
     fi;
     at++
  :: else -> break
  od;
  at = 0; ok = 0; all = 0
}
inline repair(p) {
#ifndef BUG_TURN_LAST
  finishChunkChange(p);
#endif
  finishCut(p);
  finishFreeing(p);
  freeClaimed(p);
#ifdef BUG_TURN_LAST
  finishChunkChange(p)
#endif
}
inline adopt(p) {
  atomic { limbo[me] = limbo[me] | limbo[p]; limbo[p] = 0;
    for (at : 0 .. NC - 1) { if :: runOf[at] == p + 1 && (limbo[me] & (1 << at)) -> runOf[at] = me + 1 :: else fi }; at = 0 };
  cut();
  atomic { list[me] = list[me] | list[p]; list[p] = 0; if :: ex = ex | list[me]; list[me] = 0 :: skip fi };
  cut();
  if
  :: cutting[p] != 0 ->
     c = cutting[p] - 1; at = second[c];
     do
     :: at < BL ->
        assert(state[c] == CUT && cutter[c] == p + 1 && ((LISTED | use) & BLOCK(c, at)) == 0);
        atomic { second[c] = at + 1; hand = BLOCK(c, at) }; cut();
        at++;
#ifndef BUG_REST_LATE
        if :: at == BL -> cutting[p] = 0; cut() :: else fi;
#endif
        atomic { list[me] = list[me] | hand; hand = 0; if :: ex = ex | list[me]; list[me] = 0 :: skip fi };
        cut()
     :: else -> break
     od;
     cutting[p] = 0; cut(); at = 0; c = NONE
  :: else
  fi
}
inline recover(p) {
  repair(p);
  adopt(p);
  freeUnlinked(p);
  recovered[p] = 1
}
inline mend() {
  repair(me);
  freeUnlinked(me);
  sec[me] = 0; cut()
}

#define MENU (me == 0 -> (MENU0) : (me == 1 -> (MENU1) : (MENU2)))
#define MORE(what) (ops < (me == 0 -> OPS0 : (me == 1 -> OPS1 : OPS2)) && (MENU & what))
#define BEGIN sec[me] = 1; ops++; cut()
#define FINE (ended[0] && ended[1] && dead[0] == recovered[0] && dead[1] == recovered[1])
proctype P(byte me) {
  byte c = NONE, at, n, all, hand, ops;
  short sum;
  bit ok, isTomb;
again:
  if
#ifndef BUG_GOES_ON
  :: sec[me] -> mend()
#else
  :: sec[me] -> sec[me] = 0
#endif
  :: else
  fi;
  if
  :: atomic { MORE(CHUNK) && cutting[me] == 0 -> BEGIN }; newChunk(); sec[me] = 0
  :: atomic { MORE(CHUNK) && cutting[me] != 0 -> BEGIN }; cutBlock(); sec[me] = 0
#if KEEP
  :: atomic { MORE(TOMB) && cutting[me] == 0 -> isTomb = 1; BEGIN }; newChunk(); sec[me] = 0
#endif
  :: atomic { MORE(TAKE) && list[me] != 0 -> ops++;        /* hand.pml: what if it is cut short */
       at = 0; do :: !(list[me] & (1 << at)) -> at++ :: else -> break od;
       list[me] = list[me] & (255 - (1 << at)); use = use | (1 << at); used[me]++; at = 0 }
  :: atomic { MORE(FREE) && use != 0 -> ops++;
       at = 0; do :: !(use & (1 << at)) -> at++ :: else -> break od;
       use = use & (255 - (1 << at)); list[me] = list[me] | (1 << at); used[me]--; at = 0 }
  :: atomic { MORE(GIVE) && list[me] != 0 -> ops++; ex = ex | list[me]; list[me] = 0 }
  :: atomic { MORE(GATHER) && (list[me] | ex) != 0 -> BEGIN }; gather(); sec[me] = 0
  :: atomic { MORE(RUN1) -> BEGIN }; allocateRun(1); sec[me] = 0
  :: atomic { MORE(RUN2) -> BEGIN }; allocateRun(2); sec[me] = 0
  :: atomic { MORE(DELETE) && linked[0] -> BEGIN }; unlink(0); sec[me] = 0
  :: atomic { MORE(DELETE) && linked[1] -> BEGIN }; unlink(1); sec[me] = 0
  :: atomic { limbo[me] != 0 -> sec[me] = 1 }; drain(); sec[me] = 0
  :: atomic { me > 0 && rlock == NONE && dead[0] && !recovered[0] -> rlock = me; sec[me] = 1 }; recover(0); atomic { sec[me] = 0; rlock = NONE }
  :: atomic { me > 1 && rlock == NONE && dead[1] && !recovered[1] -> rlock = me; sec[me] = 1 }; recover(1); atomic { sec[me] = 0; rlock = NONE }
  :: me == 0 || (me == 1 && ended[0]) || FINE -> goto done
  fi;
  c = NONE; ok = 0; isTomb = 0;
  goto again;
stopped:
  atomic {
    lost = lost | hand; hand = 0;
    if :: rlock == me -> rlock = NONE :: else fi;
    c = NONE; at = 0; n = 0; all = 0; ok = 0; sum = 0; isTomb = 0;
    if :: dead[me] = 1; ended[me] = 1; goto over :: goto again fi
  };
done:
  ended[me] = 1;
over:
  skip
}

/* every chunk is free, or has what it needs; what is counted is so */
proctype Check() {
  byte p, c, i, n;
  short sum, count;
  atomic {
    ended[0] && ended[1] && ended[2];
    for (p : 0 .. NPART - 1) {
      assert(taken[p] - given[p] == settled[p] && turning[p] == 0 && freeing[p] == 0);
      assert(!dead[p] || (list[p] == 0 && limbo[p] == 0 && cutting[p] == 0));
      count = count + settled[p]; sum = sum + used[p]
    };
    assert(count == BUSY);
    for (c : 0 .. NC - 1) {
      n = (cutting[0] == c + 1) + (cutting[1] == c + 1) + (cutting[2] == c + 1);
      if
      :: state[c] == CUT ->
         assert(n == (second[c] < BL -> 1 : 0));
         for (i : 0 .. BL - 1) {
           n = ((list[0] & BLOCK(c, i)) != 0) + ((list[1] & BLOCK(c, i)) != 0) + ((list[2] & BLOCK(c, i)) != 0) +
             ((ex & BLOCK(c, i)) != 0) + ((use & BLOCK(c, i)) != 0) + ((lost & BLOCK(c, i)) != 0);
           assert(n == (i < second[c] -> 1 : 0));
           sum = sum - ((use & BLOCK(c, i)) != 0)
         }
      :: ISRUN(state[c]) ->
         assert(n == 0 && linked[c] + ((limbo[0] >> c) & 1) + ((limbo[1] >> c) & 1) + ((limbo[2] >> c) & 1) == 1);
         sum = sum - 2 * LENGTH(state[c])
      :: state[c] == BODY -> assert(n == 0 && c > 0 && state[c - 1] == 4)
      :: else -> assert(n == 0 && state[c] == 0)
      fi
    };
    assert(sum == 0)
  }
}

init { atomic { START; run P(0); run P(1); run P(2); run Check() } }
