/*
 * An entry whose time is over at some moment, and a renewal of it (src/table/version.ts, openMoment of src/table/clock.ts, the
 * second look of src/map/liveness.ts).  V is the entry, W its renewal; CLOCK is 0 before V's end and 1 after it.
 *   default         who settles W reads the tick before the clock; if it is too late, another tick after it
 *   BUG_BLIND       a renewal counts, however late it comes
 *   BUG_TICK_LATER  the tick of one that is in time is read after the clock
 *   BUG_TICK_SOON   the tick of one that is too late is read before the clock
 *   BUG_WRITTEN_LATER  it says after that look that something is written at that tick
 *   BUG_ONE_LOOK    a reader of what seems to be over does not look again
 *   BUG_LATE, BUG_EARLY  a snapshot looks at the clock only after, only before it has its tick
 * Ghosts: gone and saved are set when an operation has ended that saw that; no operation that begins later sees the other.
 * after says that the snapshot is open, and what operations that began since have seen.
 */
#define V 0
#define W 1
bit link;                               /* the newest version: V or W */
short stamp = 0;                        /* of W */
bit taken_back;                         /* W's expiry was set to a time long ago */
byte tick = 2; byte written = 1;        /* V's stamp is 1 */
bit clock;
bit gone, saved, after, after_live, after_gone;
byte shown;                             /* of the snapshot: 0 not yet, 1 live, 2 gone */

inline settle() {                       /* of W; afterwards s is its stamp */
  atomic { s = stamp };
  if
  :: s > 0
  :: else ->
#ifndef BUG_TICK_LATER
     atomic { c = tick };
#ifndef BUG_WRITTEN_LATER
     atomic { if :: written < c -> written = c :: else fi };
#endif
#endif
     atomic { late = clock };
#ifdef BUG_BLIND
     late = 0;
#endif
#ifdef BUG_TICK_LATER
     atomic { c = tick };
     atomic { if :: written < c -> written = c :: else fi };
#endif
#ifdef BUG_WRITTEN_LATER
     atomic { if :: written < c -> written = c :: else fi };
#endif
     if
     :: late ->
#ifndef BUG_TICK_SOON
        atomic { c = tick };
        atomic { if :: written < c -> written = c :: else fi };
#endif
        c = -c
     :: else
     fi;
     atomic { if :: stamp == 0 -> stamp = c :: else fi; s = stamp };
     if
     :: s < 0 ->
        atomic { taken_back = 1 };
        atomic { if :: stamp == s -> stamp = -s :: else fi; s = -s }
     :: else
     fi
  fi
}

/* an operation ends that saw the entry live, or gone; it began when these were so */
inline saw_live() { atomic {
  assert(!was_gone); assert(!(was_after && shown == 2));
  if :: late_begin -> saved = 1 :: else fi;
  if :: was_after -> after_live = 1 :: else fi } }
inline saw_gone() { atomic {
  assert(!was_saved); assert(!(was_after && shown == 1 && late_open));
  gone = 1; if :: was_after -> after_gone = 1 :: else fi } }
inline begin() { atomic { was_gone = gone; was_saved = saved; was_after = after; late_begin = clock } }
bit late_open;                          /* the snapshot's time is that after V's end */

proctype Reader() {
  bit was_gone, was_saved, was_after, late_begin, n, late, looked; short s, c;
  begin();
again:
  atomic { n = link };
  if
  :: n == W -> settle(); if :: taken_back -> saw_gone() :: else -> saw_live() fi
  :: else ->
     if
     :: looked -> saw_gone()            /* the link was read after the clock had said so */
     :: else ->
        atomic { late = clock };
        if
        :: !late -> saw_live()
#ifdef BUG_ONE_LOOK
        :: else -> saw_gone()
#else
        :: else -> looked = 1; goto again
#endif
        fi
     fi
  fi
}

proctype Renewer() {
  bit was_gone, was_saved, was_after, late_begin, late; short s, c;
  begin();
  atomic { late = clock };
  if
  :: late -> skip
  :: else ->
     atomic { link = W };
     settle();
     /* true says that the entry is there for good: as if it was seen later */
     atomic { late_begin = 1 };
     if :: taken_back -> saw_gone() :: else -> saw_live() fi
  fi
}

proctype Snapshot() {
  bit was_gone, was_saved, was_after, t, n, late; short s, c; byte mine;
  atomic { was_gone = gone; was_saved = saved };
redo:
  atomic { t = clock };
  atomic { mine = tick };
  atomic { if :: written < mine -> mine--; goto opened :: else fi };
  atomic { if :: tick == mine -> tick = mine + 1 :: else fi };
opened:
#ifdef BUG_LATE
  atomic { t = clock };
#else
#ifndef BUG_EARLY
  if :: atomic { t != clock } -> goto redo :: atomic { t == clock } fi;
#endif
#endif
  atomic { after = 1; late_open = t };
  atomic { n = link };
  if :: n == W -> settle() :: else -> s = 255 fi;
  atomic {
    if
    :: s <= mine -> if :: taken_back -> shown = 2 :: else -> shown = 1 fi
    :: else -> if :: t -> shown = 2 :: else -> shown = 1 fi
    fi;
    assert(!(shown == 2 && !t));        /* before its end the entry is there, whatever else */
    assert(!(shown == 2 && (was_saved || after_live)));
    assert(!(shown == 1 && t && (was_gone || after_gone)))
  }
}

/* somebody else's snapshot, after something that was written elsewhere */
proctype Tick() { atomic { written = tick; tick++ } }

proctype Time() { atomic { clock = 1 } }

init { atomic { START } }
