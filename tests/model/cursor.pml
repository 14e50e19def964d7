/*
 * A scan of one range while tables move (src/table/cursor.ts).  Tables of NS slots, all in the range; K1 is there throughout, K2
 * comes.  A mover moves the root slot by slot, the copy first, then MOVED; then it switches the root, and begins anew.
 *   default      the scanner first moves every slot of a root that is being moved, and then collects from the next table; if it
 *                meets CLOSED or MOVED there it starts over, and what it has collected is nothing
 *   BUG_NO_MOVE  it collects from the next table without having moved the slots
 *   BUG_GO_ON    CLOSED and MOVED are passed over
 *   BUG_KEEP     starting over, it keeps what it has collected
 */
#define NT 3
#define NS 2
#define EMPTY 0
#define K1 1
#define K2 2
#define CLOSED 3
#define MOVED 4
#define C(t, i) cell[(t) * NS + (i)]
byte cell[NT * NS]; bit moving[NT]; byte root;
byte seen1, seen2;                      /* how often the scanner has collected each key */

/* the CAS that links a copy of v in slot i of table t: done, or on to the next slot, or that table is long being left itself */
#define COPY(t, i, onward) if \
  :: C(t, i) == v || C(t, i) == CLOSED || C(t, i) == MOVED -> skip \
  :: C(t, i) == EMPTY -> C(t, i) = v \
  :: else -> onward \
  fi
/* one slot of table t; any number of workers may be at it */
inline move_slot(t, i) {
  do
  :: atomic { C(t, i) == EMPTY -> C(t, i) = CLOSED; break }
  :: atomic { C(t, i) == CLOSED || C(t, i) == MOVED -> break }
  :: atomic { C(t, i) == K1 || C(t, i) == K2 -> v = C(t, i) };
     atomic { COPY(t + 1, 0, COPY(t + 1, 1, assert(false))) };
     atomic { if :: C(t, i) == v -> C(t, i) = MOVED :: else fi; v = 0; break }
  od
}

proctype Mover() {
  byte t, v;
  do
  :: t + 1 < NT ->
     moving[t] = 1;
     move_slot(t, 0);
     move_slot(t, 1);
     atomic { if :: root == t -> root = t + 1 :: else fi; t++ }
  :: break
  od
}

/* inserts K2: whoever knows of a move shuts the slots that it passes, and goes on in the next table */
proctype Writer() {
  byte t, i; bit aware;
  atomic { t = root };
again:
  atomic { aware = moving[t]; i = 0 };
slot:
  if
  :: atomic { i < NS && C(t, i) == EMPTY ->
       if :: aware -> C(t, i) = CLOSED :: else -> C(t, i) = K2; goto done fi };
     goto onward
  :: atomic { i < NS && C(t, i) == CLOSED -> goto onward }
  :: atomic { i < NS && C(t, i) == MOVED -> aware = 1; i++; goto slot }
  :: atomic { i < NS && C(t, i) == K1 -> i++; goto slot }
  :: i == NS -> goto onward
  fi;
onward:
  if :: t + 1 < NT && moving[t] -> t++; goto again :: else fi;
done: skip
}

proctype Scanner() {
  byte t, i, v;
redo:
#ifndef BUG_KEEP
  atomic { seen1 = 0; seen2 = 0 };
#endif
  atomic { t = root };
  if
  :: moving[t] ->
#ifndef BUG_NO_MOVE
     move_slot(t, 0);
     move_slot(t, 1);
#endif
     t = t + 1
  :: else
  fi;
  i = 0;
  do
  :: i < NS ->
     atomic {
       if
       :: C(t, i) == K1 -> seen1++
       :: C(t, i) == K2 -> seen2++
       :: C(t, i) == EMPTY -> skip
#ifdef BUG_GO_ON
       :: C(t, i) == CLOSED || C(t, i) == MOVED -> skip
#else
       :: C(t, i) == CLOSED || C(t, i) == MOVED -> goto redo
#endif
       fi;
       i++ }
  :: i == NS -> break
  od;
  assert(seen1 == 1 && seen2 <= 1)
}

init { atomic { C(0, 0) = K1; run Mover(); run Writer(); run Scanner() } }
