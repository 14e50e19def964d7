/*
 * Waiting for a change (src/table/changes.ts, src/map/wake_ups.ts): writers that link versions and tell who waits, workers that wait
 * for one key or for all, deaths of writers, and those who recover them, who may die, too.  Every key has a word, which others may
 * share; ALL is the word of those who wait for many keys.
 *   default       a writer links, reads the flag, disarms the word of its key and wakes who sleeps on it; if it did, it does the same
 *                 with ALL.  A waiter sets the flag, arms, looks, and falls asleep if its word is as it armed it.  Who recovers a
 *                 writer that had linked does what is left for it, and wakes whether a word was armed or not
 *   BUG_LOOK_FIRST     a waiter looks, and arms after that
 *   BUG_NO_COMPARE     a waiter falls asleep without looking whether its word is still as it armed it
 *   BUG_FLAG_FIRST     a writer reads the flag before it links
 *   BUG_WAKE_FIRST     a writer wakes before it disarms
 *   BUG_ALL_FIRST      a writer disarms ALL before the word of its key
 *   BUG_COMPARE_FIRST  who waits for all compares the words before it arms ALL
 *   BUG_ARM_LATE       ... and arms those that changed after it has looked at their keys
 *   BUG_FORGET         a writer says that it is done when it has disarmed, before it wakes
 *   BUG_RECOVER_ARMED  a recovery wakes only where it finds a word armed
 *   BUG_RECOVER_ONE    ... and only who waits for the key
 *   BUG_TOLD_ONCE      (SHARED) a sleep that is over wakes those alone that slept when it ended, and not who came to it since
 *   BUG_COPY_TELLS     (MOVES) a write that finds its slot moved leaves it to the mover to tell
 * START runs the workers; CRASH: deaths of writers, RCRASH: of recoverers.  SHARED: waiters 0 and 1 are of one thread, which sleeps
 * once for both, and is told of it as a task of its own.  MOVES: the table moves meanwhile; else a look is one step, and so is a link.
 */
#ifndef NK
#define NK 2
#endif
#ifndef CRASH
#define CRASH 0
#endif
#ifndef RCRASH
#define RCRASH 0
#endif
#ifdef ONE_WORD
#define WORD(k) 0
#else
#define WORD(k) k
#endif
#define ALL NK                        /* the word of those who wait for many keys */
#define NWAIT 3
#define NWRITE 3
#define ARMED 1
#define STEP 2
#define NOKEY 9

bit watched;
byte value[NK];                       /* the newest version of each key: a number that grows */
#ifdef MOVES
#define FROZEN 1
#define MOVED 2
byte slot[NK], next[NK];              /* the state of its slot, and its link in the next table */
#define NEWEST(k) (slot[k] == MOVED -> next[k] : value[k])
#else
#define NEWEST(k) value[k]
#endif
byte word[NK + 1];
byte hand[NWRITE] = NOKEY;            /* the key of a version in hand that is linked, or about to be */
bit linked[NWRITE], dead[NWRITE];
byte deaths, rdeaths, recovering;

/* Sleep: on which word a waiter sleeps, whether it was woken, and what it had seen */
bit asleep[NWAIT], woken[NWAIT];
byte on[NWAIT];
byte sawKey[NWAIT]; byte saw[NWAIT * NK];
#ifdef SHARED
#define TOLD 4
bit sleeps[NK + 1];                   /* the sleep of the thread of waiters 0 and 1 on each word */
byte told[NK + 1];                    /* TOLD: it is over; and a bit for each that slept by then */
#endif

inline wake(w) {
  d_step {
    for (j : 0 .. NWAIT - 1) {
#ifdef SHARED
      if :: j > 1 && asleep[j] && on[j] == w -> asleep[j] = 0; woken[j] = 1 :: else fi
#else
      if :: asleep[j] && on[j] == w -> asleep[j] = 0; woken[j] = 1 :: else fi
#endif
    };
#ifdef SHARED
    if
    :: sleeps[w] ->
       told[w] = TOLD;
       for (j : 0 .. 1) { if :: asleep[j] && on[j] == w -> told[w] = told[w] | (1 << j) :: else fi }
    :: else
    fi;
#endif
    j = 0
  }
}
/* Falls asleep on w if it is still `as`; `slept` says whether */
inline sleep(w, as) {
  atomic {
#ifdef SHARED
    if
    :: me < 2 && sleeps[w] -> asleep[me] = 1; on[me] = w; slept = 1
    :: else ->
#endif
    if
#ifdef BUG_NO_COMPARE
    :: true -> asleep[me] = 1; on[me] = w; slept = 1;
#else
    :: word[w] == as -> asleep[me] = 1; on[me] = w; slept = 1;
#endif
#ifdef SHARED
       if :: me < 2 -> sleeps[w] = 1 :: else fi
#else
       skip
#endif
#ifndef BUG_NO_COMPARE
    :: else -> slept = 0
#endif
    fi
#ifdef SHARED
    fi
#endif
  }
}
inline arm(w) {
  before = word[w];
  atomic { if :: word[w] == before -> word[w] = before | ARMED :: else fi };
  armed = before | ARMED
}
/* Disarms a word, and wakes who sleeps on it; `mine` says whether it did */
inline ring(w) {
  mine = 0;
  seen = word[w];
#ifdef BUG_WAKE_FIRST
  if :: (seen & ARMED) -> wake(w); atomic { if :: word[w] == seen -> word[w] = seen - ARMED + STEP; mine = 1 :: else fi } :: else fi
#else
  if
  :: (seen & ARMED) ->
     atomic { if :: word[w] == seen -> word[w] = seen - ARMED + STEP; mine = 1 :: else fi };
     if :: mine -> done(); mayDie(); wake(w); mayDie() :: else fi
  :: else
  fi
#endif
}
inline mayDie() { if :: deaths < CRASH -> deaths++; goto died :: skip fi }
inline done() {
#ifdef BUG_FORGET
  hand[me] = NOKEY
#else
  skip
#endif
}

/* Links the next version of a key */
inline link(k) {
#ifdef MOVES
  moved = 0;
  do
  :: atomic { slot[k] == FROZEN -> if :: next[k] == 0 -> next[k] = value[k] :: else fi }; move(k)
  :: atomic { slot[k] == 0 -> value[k]++; linked[me] = 1; break }
  :: atomic { slot[k] == MOVED -> next[k]++; linked[me] = 1; moved = 1; break }
  od
#else
  atomic { value[k]++; linked[me] = 1 }
#endif
}
inline look(k) {
#ifdef MOVES
  atomic { state = slot[k]; found = value[k] };
  if :: state == MOVED -> found = next[k] :: else fi;
  saw[me * NK + k] = found
#else
  saw[me * NK + k] = value[k]
#endif
}
#ifdef MOVES
inline move(k) { atomic { if :: slot[k] == FROZEN -> slot[k] = MOVED :: else fi } }
proctype Mover(byte k) {
  atomic { if :: slot[k] == 0 -> slot[k] = FROZEN :: else fi };
  atomic { if :: slot[k] == FROZEN && next[k] == 0 -> next[k] = value[k] :: else fi };
  move(k)
}
#endif

proctype Writer(byte me; byte k; byte n) {
  byte seen, i, j; bit mine, flag, moved;
  for (i : 1 .. n) {
    atomic { hand[me] = k; linked[me] = 0 };
#ifdef BUG_FLAG_FIRST
    flag = watched;
#endif
    mayDie();
    link(k);
    mayDie();
#ifndef BUG_FLAG_FIRST
    flag = watched;
#endif
    if
#ifdef BUG_COPY_TELLS
    :: flag && !moved ->
#else
    :: flag ->
#endif
#ifdef BUG_ALL_FIRST
       ring(ALL);
       ring(WORD(k))
#else
       ring(WORD(k));
       if :: mine -> ring(ALL) :: else fi
#endif
    :: else
    fi;
    hand[me] = NOKEY
  };
  goto ended;
died: atomic { dead[me] = 1; mine = 0; flag = 0; seen = 0; i = 0; moved = 0 };
ended: skip
}
/* The same for a writer that died, and wakes in any case */
inline ringForDead(w) {
  seen = word[w];
#ifdef BUG_RECOVER_ARMED
  if :: (seen & ARMED) -> atomic { if :: word[w] == seen -> word[w] = seen - ARMED + STEP :: else fi }; wake(w) :: else fi
#else
  if :: (seen & ARMED) -> atomic { if :: word[w] == seen -> word[w] = seen - ARMED + STEP :: else fi } :: else fi;
  wake(w)
#endif
}
/* One at a time, as a lock has it; one that dies lets go of it, and the next begins again */
proctype Recoverer() {
  byte seen, d, j;
end:
  atomic { recovering == 0 && (dead[0] || dead[1] || dead[2]) -> recovering = 1;
    if :: dead[0] -> d = 0 :: dead[1] -> d = 1 :: dead[2] -> d = 2 fi };
  if
  :: hand[d] != NOKEY && linked[d] ->
     ringForDead(WORD(hand[d]));
     if :: rdeaths < RCRASH -> atomic { rdeaths++; recovering = 0; goto ended } :: skip fi;
#ifndef BUG_RECOVER_ONE
     ringForDead(ALL);
     if :: rdeaths < RCRASH -> atomic { rdeaths++; recovering = 0; goto ended } :: skip fi;
#endif
  :: else
  fi;
  atomic { hand[d] = NOKEY; dead[d] = 0; recovering = 0; d = 0; seen = 0 };
  goto end;
ended: skip
}
/* Waits until it sees `goal` */
proctype Waiter(byte me; byte k; byte goal) {
  byte before, armed, j, state, found; bit slept;
  sawKey[me] = k;
again:
#ifdef BUG_LOOK_FIRST
  look(k);
#endif
  watched = 1;
  arm(WORD(k));
#ifndef BUG_LOOK_FIRST
  look(k);
#endif
  if :: saw[me * NK + k] >= goal -> goto ended :: else fi;
  sleep(WORD(k), armed);
  if :: !slept -> goto again :: else fi;
end:
  atomic { woken[me] -> woken[me] = 0; armed = 0; before = 0; state = 0; found = 0 };
  goto again;
ended: skip
}
/* Waits for all keys, again and again: compares their words, and looks at those keys whose word has changed */
proctype Watcher(byte me) {
  byte before, armed, all, k, j, state, found; bit slept, changed; byte expected[NK];
  sawKey[me] = NOKEY;
  watched = 1;
  for (k : 0 .. NK - 1) { arm(WORD(k)); expected[k] = armed; look(k) };
again:
#ifndef BUG_COMPARE_FIRST
  arm(ALL); all = armed;
#endif
  changed = 0;
  for (k : 0 .. NK - 1) {
    if
    :: word[WORD(k)] != expected[k] ->
       changed = 1;
#ifdef BUG_ARM_LATE
       look(k);
       arm(WORD(k)); expected[k] = armed
#else
       arm(WORD(k)); expected[k] = armed;
       look(k)
#endif
    :: else
    fi
  };
#ifdef BUG_COMPARE_FIRST
  arm(ALL); all = armed;
#endif
  if :: changed -> goto again :: else fi;
  sleep(ALL, all);
  if :: !slept -> goto again :: else fi;
end:
  atomic { woken[me] -> woken[me] = 0; armed = 0; before = 0; all = 0; k = 0; state = 0; found = 0 };
  goto again;
ended: skip
}
#ifdef SHARED
/* The task by which a thread hears that its sleep on a word has ended */
inline deliver(w) {
  atomic {
    told[w] ->
    for (j : 0 .. 1) {
#ifdef BUG_TOLD_ONCE
      if :: asleep[j] && on[j] == w && (told[w] & (1 << j)) -> asleep[j] = 0; woken[j] = 1 :: else fi
#else
      if :: asleep[j] && on[j] == w -> asleep[j] = 0; woken[j] = 1 :: else fi
#endif
    };
    j = 0; told[w] = 0; sleeps[w] = 0
  }
}
active proctype Thread() {
  byte j;
end:
  if
  :: deliver(0)
  :: deliver(ALL)
#if NK > 1
  :: deliver(1)
#endif
  fi;
  goto end
}
#endif
/* Nobody sleeps who has not seen the newest version, once nothing else happens */
active proctype Checker() {
  byte j, k;
  timeout;
  d_step {
    for (j : 0 .. NWAIT - 1) {
      if
      :: asleep[j] && sawKey[j] != NOKEY -> assert(saw[j * NK + sawKey[j]] == NEWEST(sawKey[j]))
      :: asleep[j] && sawKey[j] == NOKEY -> for (k : 0 .. NK - 1) { assert(saw[j * NK + k] == NEWEST(k)) }
      :: else
      fi
    }
  }
}
init { atomic { START } }
