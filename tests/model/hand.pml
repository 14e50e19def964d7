/*
 * The block in hand, and what is counted with it (src/segment/free_list.ts, src/table/account.ts, src/reclamation/limbo.ts,
 * src/reclamation/repair.ts).  Participants 0 and 1 write and delete one key in one slot, take blocks from their lists, retire what
 * they replace and free it when no one who was pinned then is left.  Each may be cut short between any two steps, and is then dead or
 * goes on with something else.  Participants 1 and 2 recover the dead; 1 may be cut short in that, too.
 *   default       what is about to be done is written down with the counts that hold then; one step decides; whoever comes to the
 *                 record next finds out whether that step was taken, and does what is left
 *   BUG_GOES_ON        whoever comes next goes on as if nothing had been
 *   BUG_TAKE_UNSAID    which block is taken off a list is not written down before
 *   BUG_TAKE_BLIND     ... whoever repairs does not look whether it was
 *   BUG_FREE_UNSAID    which block goes to a list is not written down before
 *   BUG_FREE_LATE      ... it is only when it has left limbo
 *   BUG_FREE_TWICE     ... whoever repairs does not look whether it is there
 *   BUG_FREE_KEPT      a block in hand that is freed stays in hand
 *   BUG_USED_LATE      the number in use is not written ahead
 *   BUG_COUNT_LATE     nor is the number of entries
 *   BUG_ANNOUNCE_LATE  that it may be linked is said when it is
 *   BUG_NO_LOOK        whoever repairs looks at the stamp, and not for the key
 *   BUG_UNPIN_FIRST    the pin ends before the version is counted
 *   BUG_WITHDRAW_FIRST ... and the pin of the dead before it is repaired
 *   BUG_TURN_LATE      a chunk that was turning is seen to after the hand
 *   BUG_TAIL_LATE      the end of the queue is mended after something was retired to it (with REAP)
 *   BUG_REAP_FIRST     who retires a table has cleared before what said so (with REAP)
 * START sets up; OPS0 and OPS1 are the operations of each, CUTS how often somebody is cut short; TURNS: each turns a chunk while
 * it has a block in hand; SETS: nothing is deleted; REAP: each has a table to retire when it repairs its record.
 * Ghosts: `lost`, what was in nobody's record as its owner was cut short: between the step that unlinked it and its retirement,
 * or on the way from the dead to the living.  It stays in use for ever; `lostFree` of them were free, and are not used either.
 */
#ifndef NB
#define NB 3
#endif
#ifndef OPS0
#define OPS0 1
#endif
#ifndef OPS1
#define OPS1 2
#endif
#ifndef CUTS
#define CUTS 2
#endif
#define NPART 3
#define NONE 9
#define MAY 16                        /* in hand, and it may be linked */

byte list[NPART], lhead[NPART], ltail[NPART], taking[NPART], freeing[NPART], hand[NPART], table[NPART];
short used[NPART], usedAhead[NPART], entries[NPART], entriesAhead[NPART], turned[NPART];
bit turning[NPART], inUse[NPART];     /* a chunk of each: at hand, or in use */
byte pins;                            /* a bit for each participant */
byte link[NB + 1], prev[NB + 1], waits[NB + 1];
bit stamp[NB + 1], tomb[NB + 1], lost[NB + 1];
byte slot;
bit sec[NPART], dead[NPART], recovered[NPART], ended[NPART];
byte rlock = NONE, cuts, lostFree;

inline cut() { if :: me < 2 && cuts < CUTS -> cuts++; goto stopped :: skip fi }
inline pin() { pins = pins | (1 << me) }
inline unpin(p) {
  d_step {
    pins = pins & (7 - (1 << p));
    for (i : 1 .. NB) { waits[i] = waits[i] & (7 - (1 << p)) };
    i = 0
  }
}

/* ---- steps on the record of p, in which nobody else is: no other order can be seen */
inline endTaking(p) {
#ifndef BUG_USED_LATE
  used[p] = usedAhead[p]; cut();
#endif
  hand[p] = taking[p]; cut();
  taking[p] = 0; cut()
}
inline pop() {
  atomic {
    r = list[me];
    usedAhead[me] = used[me] + 1; cut();
#ifdef BUG_TAKE_UNSAID
    list[me] = link[r]; cut();
    taking[me] = r; cut();
#else
    taking[me] = r; cut();
    list[me] = link[r]; cut();
#endif
#ifdef BUG_USED_LATE
    used[me] = used[me] + 1; cut();
#endif
    endTaking(me)
  }
}
inline beginFreeing(p, b) {
  usedAhead[p] = used[p] - 1; cut();
#ifndef BUG_FREE_UNSAID
  freeing[p] = b; cut()
#endif
}
inline endFreeing(p, b) {
  link[b] = list[p]; cut();
  list[p] = b; cut();
  used[p] = usedAhead[p]; cut();
#ifndef BUG_FREE_KEPT
  if :: hand[p] % MAY == b -> hand[p] = 0; cut() :: else fi;
#endif
  freeing[p] = 0; cut()
}
inline free(b) { atomic { beginFreeing(me, b); endFreeing(me, b) }
#ifdef BUG_FREE_KEPT
  hand[me] = 0
#endif
}

/* ---- queues: `lone` is in no record */
inline retire(b) {
  atomic {
    waits[b] = pins; cut();
    link[b] = 0; cut();
    if :: ltail[me] == 0 -> lhead[me] = b :: else -> link[ltail[me]] = b fi;
    lone = 0; cut();
    ltail[me] = b; cut()
  }
}
inline drain() {
  atomic {
    b = lhead[me];
    if
    :: b != 0 && waits[b] == 0 ->
#ifndef BUG_FREE_LATE
       beginFreeing(me, b);
#endif
       if :: link[b] == 0 -> ltail[me] = 0; cut() :: else fi;
       lhead[me] = link[b]; cut();
#ifdef BUG_FREE_LATE
       beginFreeing(me, b);
#endif
       endFreeing(me, b)
    :: else
    fi;
    b = 0
  }
}

/* ---- the slot */
inline prune(x) {
  if
  :: prev[x] != 0 ->
     b = prev[x];
     atomic { if :: prev[x] == b -> prev[x] = 0; lone = b :: else -> b = 0 fi };
     cut();
     if :: b != 0 -> retire(b); b = 0 :: else fi
  :: else
  fi
}
#define LIVES(x) (x != 0 && !tomb[x])
inline announce() {
  entriesAhead[me] = entries[me] + (1 - isTomb) - (LIVES(cur) -> 1 : 0); cut();
  hand[me] = MAY + r; cut()
}
inline write(kind) {
  isTomb = kind;
  pop();
  atomic { stamp[r] = 0; prev[r] = 0; tomb[r] = isTomb; cut() };
#ifdef TURNS
  atomic {
    if
    :: !inUse[me] ->
       turned[me] = used[me] + 1; cut();
       turning[me] = 1; cut();
       inUse[me] = 1; cut();
       used[me] = turned[me]; cut();
       turning[me] = 0; cut()
    :: else
    fi
  };
#endif
  tries = 0;
  do
  :: cur = slot;
     if :: cur != 0 -> stamp[cur] = 1; prune(cur) :: else fi;
     if
     :: isTomb && !LIVES(cur) -> free(r); break
     :: else -> skip
     fi;
     atomic {
       prev[r] = cur;
#ifndef BUG_ANNOUNCE_LATE
       announce()
#endif
     };
     atomic { if :: slot == cur -> slot = r; won = 1 :: else -> won = 0 fi };
     cut();
     if
     :: won ->
#ifdef BUG_ANNOUNCE_LATE
        atomic { announce() };
#endif
        stamp[r] = 1; cut();
        prune(r);
#ifdef BUG_UNPIN_FIRST
        unpin(me); cut();
#endif
        atomic {
#ifdef BUG_COUNT_LATE
          hand[me] = 0; cut();
#endif
          entries[me] = entriesAhead[me]; cut(); hand[me] = 0; cut()
        };
        if
        :: isTomb ->                  /* nobody needs it */
           atomic { if :: slot == r -> slot = 0; lone = r :: else -> won = 0 fi };
           cut();
           if :: won -> retire(r) :: else fi
        :: else
        fi;
        break
     :: !won && tries == 0 -> tries = 1
     :: !won && tries == 1 -> free(r); break
     fi
  od;
  won = 0; cur = 0; r = 0; tries = 0; isTomb = 0
}

/* ---- repair, by the owner or by a recoverer */
inline finishChunkChange(p) {
  atomic {
    if
    :: turning[p] ->
       if :: inUse[p] -> used[p] = turned[p]; cut() :: else fi;
       turning[p] = 0; cut()
    :: else
    fi
  }
}
inline mendQueue(p) {
  d_step {
    b = lhead[p];
    do :: b != 0 && link[b] != 0 -> b = link[b] :: else -> break od;
    ltail[p] = b; b = 0
  }
}
inline finishMove(p) {
  atomic {
    if
    :: taking[p] != 0 ->
       if
#ifndef BUG_TAKE_BLIND
       :: list[p] == taking[p] -> taking[p] = 0; cut()
       :: else
#else
       :: true
#endif
         -> endTaking(p)
       fi
    :: else
    fi;
    if
    :: freeing[p] != 0 && lhead[p] == freeing[p] -> freeing[p] = 0; cut()
    :: freeing[p] != 0 && lhead[p] != freeing[p] ->
       b = freeing[p];
#ifndef BUG_FREE_TWICE
       if :: list[p] == b -> list[p] = link[b]; cut() :: else fi;
#endif
       endFreeing(p, b); b = 0
    :: else
    fi
  }
}
inline finishHand(p) {
  if
  :: hand[p] > MAY && !stamp[hand[p] - MAY] ->
#ifndef BUG_NO_LOOK
     pin(); cur = slot; if :: cur != 0 -> stamp[cur] = 1; cut() :: else fi; cur = 0
#endif
  :: else
  fi;
  atomic {
    if
    :: hand[p] > MAY && stamp[hand[p] - MAY] ->
#ifndef BUG_COUNT_LATE
       entries[p] = entriesAhead[p]; cut();
#endif
       hand[p] = 0; cut()
    :: hand[p] != 0 && (hand[p] < MAY || !stamp[hand[p] % MAY]) ->
       r = hand[p] % MAY;
       beginFreeing(p, r); endFreeing(p, r); r = 0;
#ifdef BUG_FREE_KEPT
       hand[p] = 0
#endif
    :: else
    fi
  }
}
inline repair(p) {
#ifndef BUG_TURN_LATE
  finishChunkChange(p);
#endif
#ifndef BUG_TAIL_LATE
  mendQueue(p);
#endif
  finishMove(p);
  finishHand(p);
#ifdef BUG_TURN_LATE
  finishChunkChange(p);
#endif
  skip
}
inline seeRetired(p) {                /* a table that is in the queue already needs no reaper */
  b = lhead[p];
  do :: b != 0 && b != table[p] -> b = link[b] :: else -> break od;
  if :: b != 0 -> table[p] = 0 :: else fi
}
inline reap() {
  atomic { seeRetired(me); b = table[me] };
#ifdef BUG_REAP_FIRST
  table[me] = 0; cut();
#endif
  if :: b != 0 -> retire(b); table[me] = 0; b = 0; cut() :: else fi
}
inline mend() {
  pin();
#ifdef BUG_TAIL_LATE
  reap();
#endif
  repair(me);
#ifdef REAP
#ifndef BUG_TAIL_LATE
  reap();
#endif
#endif
#ifdef BUG_TAIL_LATE
  mendQueue(me);
#endif
  sec[me] = 0; cut();
  unpin(me)
}
inline adopt(p) {
  do
  :: lhead[p] != 0 -> atomic { b = lhead[p]; lhead[p] = link[b]; lone = b }; cut(); retire(b); b = 0
  :: else -> break
  od;
  ltail[p] = 0;
  atomic {
    do
    :: list[p] != 0 ->
       lone = list[p]; isFree = 1; list[p] = link[lone]; cut();
       link[lone] = list[me]; cut();
       list[me] = lone; lone = 0; isFree = 0; cut()
    :: else -> break
    od
  }
}
inline recover(p) {
#ifdef BUG_WITHDRAW_FIRST
  unpin(p); cut();
#endif
  repair(p);
#ifdef REAP
  atomic { seeRetired(p); b = 0 };
#endif
  unpin(p); cut();
  adopt(p);
  unpin(me);
  recovered[p] = 1
}

#define MORE (me < 2 && ops < (me == 0 -> OPS0 : OPS1))
proctype P(byte me) {
  byte i, b, r, cur, lone, ops, tries;
  bit won, isTomb, isFree;
again:
  if
#ifndef BUG_GOES_ON
  :: sec[me] -> mend()
#else
  :: sec[me] -> sec[me] = 0; unpin(me)
#endif
  :: else
  fi;
  if
  :: atomic { MORE && list[me] != 0 -> ops++; sec[me] = 1 }; cut(); pin(); write(0); unpin(me); cut(); sec[me] = 0
#ifndef SETS
  :: atomic { MORE && list[me] != 0 -> ops++; sec[me] = 1 }; cut(); pin(); write(1); unpin(me); cut(); sec[me] = 0
#endif
  :: atomic { MORE && lhead[me] != 0 -> sec[me] = 1; ops++ }; drain(); sec[me] = 0
  :: atomic { me > 0 && rlock == NONE && dead[0] && !recovered[0] -> rlock = me; sec[me] = 1 }; recover(0); atomic { sec[me] = 0; rlock = NONE }
  :: atomic { me > 1 && rlock == NONE && dead[1] && !recovered[1] -> rlock = me; sec[me] = 1 }; recover(1); atomic { sec[me] = 0; rlock = NONE }
  :: me == 0 || (me == 1 && ended[0]) || (ended[0] && ended[1] && dead[0] == recovered[0] && dead[1] == recovered[1]) -> goto done
  fi;
  goto again;
stopped:
  atomic {
    if :: lone != 0 -> lost[lone] = 1; lostFree = lostFree + isFree; lone = 0; isFree = 0 :: else fi;
    if :: rlock == me -> rlock = NONE :: else fi;
    b = 0; r = 0; cur = 0; won = 0; isTomb = 0; tries = 0; i = 0;
    if :: dead[me] = 1; ended[me] = 1; goto over :: goto again fi
  };
done:
  ended[me] = 1;
over:
  skip
}

/* every block is in one place, or lost; what is counted is so */
proctype Check() {
  byte p, b;
  byte seen[NB + 1];
  short sum, count;
  atomic {
    ended[0] && ended[1] && ended[2];
    for (p : 0 .. NPART - 1) {
      assert(hand[p] == 0 && taking[p] == 0 && freeing[p] == 0 && !turning[p]);
      assert(!dead[p] || (list[p] == 0 && lhead[p] == 0));
      b = list[p];
      do :: b != 0 -> seen[b]++; count--; assert(seen[b] == 1); b = link[b] :: else -> break od;
      b = lhead[p];
      do :: b != 0 -> seen[b]++; assert(seen[b] == 1); b = link[b] :: else -> break od;
      if :: table[p] != 0 -> seen[table[p]]++ :: else fi;
      count = count + inUse[p]; sum = sum + used[p]
    };
    b = slot;
    do :: b != 0 -> seen[b]++; b = prev[b] :: else -> break od;
    for (b : 1 .. NB) { assert(seen[b] + lost[b] == 1) };
    assert(sum == NB + count - lostFree);
    assert(entries[0] + entries[1] + entries[2] == (LIVES(slot) -> 1 : 0))
  }
}

init { atomic { START; run P(0); run P(1); run P(2); run Check() } }
