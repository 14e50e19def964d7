/*
 * Free blocks on their way between participants (give, take and takeAll in src/segment/transfer_cache.ts; finishTransit and adopt
 * in src/reclamation/), of one size class.  Participants 0 and 1 work; each may be cut short between any two steps.
 * Whoever is cut short is dead, or goes on with something else: a tick that its thread still runs, or its next operation
 * after an exception.  Participants 1 and 2 recover the dead, one at a time; 1 may be cut short in that, too.
 *   default       a mark (sec) is set before a step of several words, and taken away after it, but not by whoever is cut
 *                 short.  Whoever comes next to the record first settles what it finds.
 *   HEADS         the first block of the list decides whether a batch is on it (not: every block).  Enough with the mark
 *   TICK          whoever was cut short is dead after what it goes on with
 *   BUG_GOES_ON   whoever comes next goes on as if nothing had been (with HEADS: as it was)
 *   BUG_FINALLY   the mark is taken away by whoever is cut short
 *   BUG_MARK_FIRST       the mark is taken away before it is settled
 *   BUG_WRITE_LATE       what is about to be done is written down after the claim
 *   BUG_OLD_LATE         ... only what stood there is written down then
 *   BUG_GIVE_EARLY       the word is let go before the batch is off the list
 *   BUG_TAKE_EARLY       ... before it is on the list
 *   BUG_CUT_LATE         the batch ends only after the word is let go
 *   BUG_CUT_NONE         who finishes a gift does not cut the batch off
 *   BUG_UNCUT            who undoes a taking leaves the batch tied to the list
 *   BUG_SETTLE_NONE      nothing is settled
 *   BUG_ADOPT_FIRST      the list is adopted before the word is settled
 * START sets up lists and words, WORDS is their number, OPS what each may do, CUTS how often somebody is cut short.
 * Ghosts: `lost` is what was in somebody's hands as it was cut short, and in no place; `steps` bounds every walk.
 */
#ifndef NB
#define NB 3
#endif
#ifndef WORDS
#define WORDS 1
#endif
#ifndef OPS
#define OPS 2
#endif
#ifndef CUTS
#define CUTS 2
#endif
#define BATCH 2
#define NPART 3
#define NONE 9
#define JUNK 15                       /* what is read of a block in use */
#define MINE(p) (16 + p)
#define CLAIMED(w) (word[w] >= 16)

byte list[NPART], hold[NPART];        /* hold: a block in use, or in limbo, one for each */
byte link[NB + 1], count[NB + 1], next[NB + 1];
byte word[WORDS];
byte tword[NPART] = NONE, told[NPART], tref[NPART], tcut[NPART];
bit sec[NPART], dead[NPART], recovered[NPART], ended[NPART];
byte rlock = NONE, cuts;
bit lost[NB + 1];

inline cut() { if :: me < 2 && cuts < CUTS -> cuts++; goto stopped :: skip fi }

inline enter() { sec[me] = 1; cut() }
inline leave() { sec[me] = 0 }

/* ---- the words of the transfer cache: `got` is the one that is claimed, or NONE */
inline claim(wanted, bring, until) {
  got = NONE; w = 0;
  do
  :: got == NONE && w < WORDS ->
     chain = word[w];
     if
     :: chain >= 16 || (wanted && chain == 0) -> w++
     :: else ->
#if !defined(BUG_WRITE_LATE)
        tword[me] = w; cut();
#ifndef BUG_OLD_LATE
        told[me] = chain;
#endif
        tref[me] = bring; tcut[me] = until; cut();
#endif
        atomic { if :: word[w] == chain -> word[w] = MINE(me); got = w :: else -> w++ fi };
        cut();
#if defined(BUG_WRITE_LATE)
        if :: got != NONE -> tword[me] = w; told[me] = chain; tref[me] = bring; tcut[me] = until; cut() :: else fi
#elif defined(BUG_OLD_LATE)
        if :: got != NONE -> told[me] = chain; cut() :: else fi
#endif
     fi
  :: else -> break
  od
}

inline give() {
  d_step {
    head = list[me]; last = head; n = 1;
    do
    :: n < BATCH && link[last] != 0 -> last = link[last]; n++; assert(last <= NB)
    :: else -> break
    od;
    count[head] = n
  };
  cut();
  claim(0, head, last);
  if
  :: got != NONE ->
     next[head] = told[me]; cut();
#ifdef BUG_GIVE_EARLY
     word[got] = head; cut();
#endif
     list[me] = link[last]; cut();
#ifndef BUG_CUT_LATE
     link[last] = 0; cut();
#endif
#ifndef BUG_GIVE_EARLY
     word[got] = head; cut();
#endif
#ifdef BUG_CUT_LATE
     link[last] = 0; cut();
#endif
     skip
  :: else
  fi
}

/* in front of the own list, which may be empty */
inline take() {
  claim(1, 0, 0);
  if
  :: got != NONE ->
     head = told[me]; rest = next[head];
     assert(head <= NB && rest <= NB);
     d_step {
       last = head; n = 0;
       do :: link[last] != 0 -> last = link[last]; n++; assert(last <= NB && n <= NB) :: else -> break od
     };
#ifdef BUG_TAKE_EARLY
     word[got] = rest; cut();
#endif
     link[last] = list[me]; cut();
     list[me] = head; cut();
#ifndef BUG_TAKE_EARLY
     word[got] = rest; cut();
#endif
     skip
  :: else
  fi
}

/* a block comes into use: its words are written */
inline pop() {
  head = list[me];
  atomic { list[me] = link[head]; assert(list[me] <= NB); hold[me] = head; link[head] = JUNK; count[head] = JUNK; next[head] = JUNK };
  cut()
}

inline push() {
  link[hold[me]] = list[me]; cut();
  atomic { list[me] = hold[me]; hold[me] = 0 };
  cut()
}

/* ---- by whoever comes to the record of p: its owner, or a recoverer */
inline settle(p) {
  w = tword[p];
  if
  :: w != NONE && word[w] == MINE(p) ->
     d_step {                         /* nobody else is at this list */
       head = tref[p];
       if :: head == 0 -> head = told[p] :: else fi;
       on = (list[p] == head); n = 0;
#ifndef HEADS
       last = list[p];
       do
       :: last != 0 && !on -> on = (last == head); last = link[last]; n++; assert(last <= NB && n <= NB + 1)
       :: else -> break
       od
#endif
     };
     if
     :: tref[p] == 0 && on -> chain = next[head]; assert(chain <= NB)
     :: tref[p] == 0 && !on ->
        chain = head;
#ifndef BUG_UNCUT
        d_step {
          last = head; n = 1;
          assert(head <= NB && count[head] <= NB);
          do :: n < count[head] -> last = link[last]; n++; assert(last != 0 && last <= NB) :: else -> break od
        };
        link[last] = 0; cut()
#endif
     :: tref[p] != 0 && on -> chain = told[p]
     :: tref[p] != 0 && !on ->
        chain = head;
#ifndef BUG_CUT_NONE
        link[tcut[p]] = 0; cut()
#endif
     fi;
     word[w] = chain; cut()
  :: else
  fi
}

inline mend() {
#ifdef BUG_MARK_FIRST
  sec[me] = 0; cut();
#endif
#ifndef BUG_SETTLE_NONE
  settle(me);
#endif
  sec[me] = 0
}

inline adopt(p) {
  do
  :: list[p] != 0 ->
     hand = list[p];
     list[p] = link[hand]; cut();
     link[hand] = list[me]; cut();
     atomic { list[me] = hand; hand = 0 };
     cut()
  :: else -> break
  od
}

inline recover(p) {
#ifdef BUG_ADOPT_FIRST
  adopt(p);
#endif
#ifndef BUG_SETTLE_NONE
  settle(p);
#endif
  adopt(p);
  recovered[p] = 1;
  cut()
}

proctype P(byte me) {
  byte w, got, chain, rest, head, last, n, hand, victim, ops;
  bit on;
#ifdef TICK
  bit was;
#endif
  victim = NONE;
again:
  if
#if !defined(BUG_GOES_ON) && !defined(BUG_FINALLY)
  :: sec[me] -> mend()
#else
  :: sec[me] -> sec[me] = 0
#endif
  :: else
  fi;
  if
  :: me < 2 && ops < OPS && list[me] != 0 -> ops++; enter(); give(); leave()
  :: me < 2 && ops < OPS -> ops++; enter(); take(); leave()
  :: me < 2 && ops < OPS && list[me] != 0 && hold[me] == 0 -> ops++; enter(); pop(); leave()
  :: me < 2 && ops < OPS && hold[me] != 0 -> ops++; enter(); push(); leave()
  :: atomic { me > 0 && rlock == NONE && dead[0] && !recovered[0] -> rlock = me; victim = 0 };
     enter(); recover(0); leave(); atomic { rlock = NONE; victim = NONE }
  :: atomic { me > 1 && rlock == NONE && dead[1] && !recovered[1] -> rlock = me; victim = 1 };
     enter(); recover(1); leave(); atomic { rlock = NONE; victim = NONE }
  :: me == 0 || (me == 1 && ended[0]) || (ended[0] && ended[1] && dead[0] == recovered[0] && dead[1] == recovered[1]) -> goto done
  fi;
  goto again;
stopped:
  atomic {
#ifdef TICK
    was = 1;
#endif
    if :: hand != 0 -> lost[hand] = 1; hand = 0 :: else fi;
    if :: rlock == me -> rlock = NONE :: else fi;
    if :: dead[me] = 1; ended[me] = 1; goto over :: goto again fi
  };
done:
#ifdef TICK
  atomic { if :: was -> dead[me] = 1 :: else fi; ended[me] = 1 };
#else
  ended[me] = 1;
#endif
over:
  skip
}

/* every block is in one place, or lost */
proctype Check() {
  byte p, b, n, w;
  byte seen[NB + 1];
  atomic {
    ended[0] && ended[1] && ended[2];
    for (p : 0 .. NPART - 1) {
      assert(!dead[p] || list[p] == 0);
      b = list[p];
      do :: b != 0 -> assert(b <= NB); seen[b]++; assert(seen[b] == 1); b = link[b] :: else -> break od;
      if :: hold[p] != 0 -> seen[hold[p]]++ :: else fi
    };
    for (p : 0 .. WORDS - 1) {
      assert(!CLAIMED(p));
      w = word[p];
      do
      :: w != 0 ->
         n = 0; b = w;
         do :: b != 0 -> assert(b <= NB); seen[b]++; n++; assert(seen[b] == 1); b = link[b] :: else -> break od;
         assert(n == count[w]);
         w = next[w]
      :: else -> break
      od
    };
    for (b : 1 .. NB) { assert(seen[b] + lost[b] == 1) }
  }
}

init { atomic { START; run P(0); run P(1); run P(2); run Check() } }
