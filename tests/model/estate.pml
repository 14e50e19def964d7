/*
 * What a participant leaves in its record when it goes: records that somebody may still read, in a queue (src/reclamation/participant.ts,
 * src/reclamation/estate.ts).  The record is free then all the same, and whoever takes it next takes the queue with it; or somebody who
 * stays adopts the queue, and is the record's owner for as long as that takes.  The state word: 0 free; L the lock of its owner;
 * -L the lock of whoever adopts.  All may die between any two steps; a recoverer then takes over, under the dead one's lock.
 *   default        as in the code: to leave is one store, to adopt or to join one compare-and-set from free
 *   BUG_LEAVE      the record is free before its owner has done its last step on the queue
 *   BUG_EMPTY      who joins takes the queue for empty
 *   BUG_CLAIM      who adopts does not claim the record first
 *   BUG_LOCK       who adopts claims it in a name that nobody's life stands for
 *   BUG_TAKE       a recoverer does not look at the state again under the lock
 */
#define ITEMS 3
#define NEXT(h) (h == ITEMS -> 0 : h + 1)
#ifndef DEATHS
#define DEATHS 2
#endif
#ifdef TWO_ADOPTERS
#define ACTORS 5
#else
#define ACTORS 4
#endif
short state = 1;                 /* the leaver's */
byte head = 1;                   /* of the queue: 1, 2, 3 */
bool held[8];                    /* locks; 6 is nobody's */
bool taken[ITEMS + 1];           /* ghost: in the hands, or the queue, of somebody who stays */
byte deaths, ended;

#define MAY_DIE if :: deaths < DEATHS -> atomic { deaths++; goto died } :: true fi

/* takes the first off the queue */
inline take() {
  h = head;
  if
  :: h != 0 ->
     MAY_DIE;
     head = NEXT(h);
     MAY_DIE;
     atomic { assert(!taken[h]); taken[h] = true }
  :: else
  fi
}
inline takeAll() {
  do :: head != 0 -> take() :: else -> break od
}

proctype Leaver() {
  byte h;
#ifdef BUG_LEAVE
  state = 0;
#endif
  take();
#ifndef BUG_LEAVE
  MAY_DIE;
  state = 0;
#endif
died:
  held[1] = false;
  ended++
}

proctype Newcomer() {
  byte h;
  held[2] = true;
  atomic { if :: state == 0 -> state = 2 :: else -> goto died fi };
  MAY_DIE;
#ifdef BUG_EMPTY
  head = 0;
#endif
  take();
  MAY_DIE;
  state = 0;
died:
  held[2] = false;
  ended++
}

proctype Adopter(byte me) {
  byte h, tries;
again:
  if :: tries == 2 -> goto died :: else -> tries++ fi;
  if :: state == 0 && head != 0 -> skip :: else -> goto again fi;
#ifndef BUG_CLAIM
  atomic {
    if
#ifdef BUG_LOCK
    :: state == 0 -> state = -6
#else
    :: state == 0 -> state = -me
#endif
    :: else -> goto again
    fi
  };
#endif
  takeAll();
  MAY_DIE;
  state = 0;
  goto again;
died:
  held[me] = false;
  ended++
}

proctype Recoverer() {
  byte h, lock, tries;
  short s;
  bool mine;
again:
  if :: tries == 3 -> goto died :: else -> tries++ fi;
  atomic { s = state; lock = (s < 0 -> -s : s) };
  if :: s != 0 -> skip :: else -> goto again fi;
  atomic { if :: !held[lock] -> held[lock] = true; mine = true :: else -> goto again fi };
#ifndef BUG_TAKE
  if :: state == s -> skip :: else -> goto release fi;
#endif
  takeAll();
  MAY_DIE;
  state = 0;
release:
  atomic { held[lock] = false; mine = false };
  goto again;
died:
  atomic { if :: mine -> held[lock] = false :: else fi };
  ended++
}

proctype End() {
  byte i, lost, h;
  ended == ACTORS;
  for (i : 1 .. ITEMS) { if :: !taken[i] -> lost++ :: else fi };
  h = head;
  do :: h != 0 -> assert(!taken[h]); lost--; h = NEXT(h) :: else -> break od;
  assert(lost <= deaths)
}

init {
  atomic {
    held[1] = true; held[3] = true; held[4] = true;
    run Leaver(); run Newcomer(); run Adopter(3); run Recoverer(); run End();
#ifdef TWO_ADOPTERS
    run Adopter(4)
#endif
  }
}
