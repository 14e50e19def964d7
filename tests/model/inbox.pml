/*
 * Inboxes: docs/protocol.md, "Messages".  A participant's inbox is a stack; any participant pushes, its owner alone takes, and all at
 * once.  src/reclamation/inbox.ts, posts.ts.
 *
 * A pusher has its message in its draft, then in its record (posting), pushes by compare-and-set, and wakes the owner if the inbox
 * was empty.  It is pinned all the time.  The owner marks each message, writes down which chain it takes (moving), takes it by
 * compare-and-set, retires it as one tree, and sleeps while the inbox is empty.  A pusher that finds the chain too deep sets a
 * flag instead, and nobody pushes any more; then the owner closes the inbox.  After a death the recovery must find out whether a
 * message was pushed: it is in the chain, or else it was marked before it left that.
 *
 * One Promela step = one access to a shared word.  Blocks are used again: their number is less than that of the messages.  Reclamation
 * is an exact grace period.  CRASH participants may die; STOPS times a recovery begins anew.
 *
 *   BUG_NO_PIN        a pusher is not pinned: what it read of the chain may be used again meanwhile
 *   BUG_UNPIN_EARLY   ... or only until it has pushed
 *   BUG_NO_MARK       the owner marks nothing
 *   BUG_MARK_LATE     ... or only what it has taken already
 *   BUG_MARK_SOME     ... or not what came while it marked
 *   BUG_MARK_FIRST    a recovery looks at the mark before it looks at the chain
 *   BUG_NO_RETELL     a recovery wakes nobody
 *   BUG_SLEEP_ANYWAY  the owner looks whether the inbox is empty, and then falls asleep
 *   BUG_STORE         the owner empties the inbox whatever came in between
 *   BUG_UNSAID        the owner does not write down what it takes
 *   BUG_NO_LOOK       a recovery does not look whether what was taken is retired already
 *   BUG_WITHDRAW      a recovery ends the pin of the dead before it has asked
 *   BUG_REC_NO_MARK   a recovery marks nothing when it closes the inbox of the dead
 *   BUG_DRAFT_LAST    a message leaves the draft when it was pushed
 *   BUG_PUSH_FULL     a message is pushed on what is full
 */
#ifndef STOPS
#define STOPS 0
#endif
#ifndef NM
#define NM 4              /* blocks are 1 .. NM-1 */
#endif
#ifndef MOST
#define MOST 9
#endif
#ifndef CRASH
#define CRASH 0
#endif
#define CLOSED 0
#define EMPTY 32
#define FULL 64
#define REF(h) ((h) & 31)
#define BIT(x) (1<<(x))
#define OWNER 2
#define FREE 0
#define INUSE 1
#define RETIRED 2

byte head = EMPTY;
byte next[NM], depth[NM], state[NM], grace[NM], inLimbo[NM]; bit marked[NM];
byte draft[4], posting[4], moving[4];
bit asleep, isClosed, isOver;
/* ghosts */
byte pinned, deaths, ndone, nwork, number[NM], from[NM], last[2], accepted[2]; bit dead[4], linked[NM];

#define MAYDIE if :: deaths < CRASH && me != 3 -> deaths++; goto died :: skip fi
#define DEREF(m) assert(state[m] != FREE)

inline pin(p) { pinned = pinned | BIT(p) }
inline unpin(p) {
  d_step {
    pinned = pinned & ~BIT(p);
    for (i : 1 .. NM-1) {
      if :: state[i] == RETIRED -> grace[i] = grace[i] & ~BIT(p); if :: grace[i] == 0 -> state[i] = FREE; inLimbo[i] = 0 :: else fi :: else fi };
    i = 0 }
}
/*
 * The chain from m on goes into the limbo of p, as one record.  That of a dead owner is not drained before the recovery has taken it
 * over: as if somebody (QUEUE) were pinned until then.
 */
#define QUEUE 4
inline retireChain(p, m, others) {
  d_step {
    i = m;
    do
    :: i != 0 ->
       assert(state[i] == INUSE && linked[i]); state[i] = RETIRED; linked[i] = 0; inLimbo[i] = p + 1; grace[i] = pinned | others;
       i = next[i]
    :: else -> break
    od;
    i = m;
    do
    :: i != 0 -> if :: state[i] == RETIRED && grace[i] == 0 -> state[i] = FREE; inLimbo[i] = 0 :: else fi; i = next[i]
    :: else -> break
    od;
    i = 0 }
}

/* a pusher of k messages */
proctype P(byte me; byte k) {
  byte m, h, i, n; bit won, isFirst;
again:
  atomic { if :: n == k -> goto fin :: else -> n++ fi };
  atomic {
#ifndef BUG_NO_PIN
    pin(me);
#endif
    /* a block of its own: no step that another one sees */
    if :: state[1] == FREE -> m = 1 :: state[2] == FREE -> m = 2
#if NM > 3
       :: state[3] == FREE -> m = 3
#endif
#if NM > 4
       :: state[4] == FREE -> m = 4
#endif
       :: else -> goto unpinning                     /* there is no memory */
    fi;
    state[m] = INUSE; draft[me] = m; marked[m] = 0; next[m] = 0; linked[m] = 0; number[m] = n; from[m] = me; MAYDIE };
  atomic { posting[me] = m; MAYDIE };
#ifndef BUG_DRAFT_LAST
  atomic { draft[me] = 0; MAYDIE };
#endif
retry:
  atomic { h = head; MAYDIE };
  if
#ifdef BUG_PUSH_FULL
  :: h == CLOSED -> goto failed
#else
  :: h == CLOSED || (h & FULL) -> goto failed
#endif
  :: else
  fi;
  atomic {
    isFirst = (h == EMPTY);
    next[m] = REF(h); if :: isFirst -> depth[m] = 1 :: else -> DEREF(REF(h)); depth[m] = depth[REF(h)] + 1 fi };
  if
#ifdef BUG_PUSH_FULL
  :: depth[m] > MOST && !isFirst && !(h & FULL) ->
#else
  :: depth[m] > MOST && !isFirst ->
#endif
     atomic { if :: head == h -> head = h | FULL; won = 1 :: else -> won = 0 fi; MAYDIE };
     if :: won -> goto failed :: else -> goto retry fi
  :: else
  fi;
  atomic {
    if
    :: head == h ->
       assert(!(h & FULL));
       if :: h != EMPTY -> assert(state[REF(h)] == INUSE && linked[REF(h)] && depth[m] == depth[REF(h)] + 1) :: else fi;
       head = m; linked[m] = 1; won = 1; accepted[me]++
    :: else -> won = 0
    fi;
    MAYDIE };
  if :: !won -> goto retry :: else fi;
#ifdef BUG_UNPIN_EARLY
  unpin(me);
#endif
  atomic { if :: isFirst -> asleep = 0 :: else fi; MAYDIE };
#ifdef BUG_DRAFT_LAST
  atomic { draft[me] = 0; MAYDIE };
#endif
  atomic { posting[me] = 0; MAYDIE };
  goto unpinning;
failed:
  atomic { draft[me] = m; MAYDIE };
  atomic { posting[me] = 0; MAYDIE };
  atomic { assert(state[m] == INUSE && !linked[m]); draft[me] = 0; state[m] = FREE; MAYDIE };
unpinning:
  atomic { unpin(me); m = 0; h = 0; won = 0; isFirst = 0; MAYDIE };
  goto again;
died:
  atomic { dead[me] = 1; m = 0; h = 0; n = 0 };
fin:
  ndone++
}

inline deliver(m) {
  d_step {
    /* from the oldest on: those of each pusher are in their order */
    i = m; seen[0] = 200; seen[1] = 200;
    do
    :: i != 0 ->
       assert(number[i] < seen[from[i]]); assert(number[i] > last[from[i]]);
       if :: seen[from[i]] == 200 -> top[from[i]] = number[i] :: else fi;
       seen[from[i]] = number[i]; accepted[from[i]]--;
       i = next[i]
    :: else -> break
    od;
    if :: seen[0] != 200 -> last[0] = top[0] :: else fi;
    if :: seen[1] != 200 -> last[1] = top[1] :: else fi;
    i = 0; seen[0] = 0; seen[1] = 0; top[0] = 0; top[1] = 0 }
}

#define MARKALL(stop) do :: m == 0 || m == (stop) -> break :: else -> atomic { DEREF(m); marked[m] = 1; MAYDIE }; m = next[m] od

/* the owner: sleeps, takes, and after so many takes closes the inbox */
proctype O(byte me; byte takes) {
  byte h, m, upto, i, n, seen[2], top[2]; bit won, closes;
look:
  if
  :: n == takes -> closes = 1; n++; goto take
  :: n != takes
  fi;
#ifdef BUG_SLEEP_ANYWAY
  if :: head == EMPTY -> asleep = 1 :: else fi;
#else
  atomic { if :: head == EMPTY -> asleep = 1 :: else fi };
#endif
  do
  :: !asleep -> break
  :: asleep && ndone == nwork - 1 && !dead[0] && !dead[1] -> assert(head == EMPTY); goto done
  :: deaths < CRASH -> atomic { deaths++; goto died }
  od;
take:
  atomic { pin(me); h = head; upto = 0; n++; MAYDIE };
  if :: h == EMPTY && !closes -> unpin(me); h = 0; goto look :: else fi;
mark:
#ifndef BUG_NO_MARK
#ifndef BUG_MARK_LATE
  m = REF(h); MARKALL(upto);
#endif
#endif
  m = 0;
  if :: h & FULL -> closes = 1 :: else fi;
#ifndef BUG_UNSAID
  atomic { moving[me] = REF(h); MAYDIE };
#endif
  atomic {
    if
#ifdef BUG_STORE
    :: true ->
#else
    :: head == h ->
#endif
       if :: closes -> head = CLOSED :: else -> head = EMPTY fi; won = 1
    :: else -> won = 0
    fi;
    MAYDIE };
  if
  :: !won -> atomic { moving[me] = 0; upto = REF(h);
#ifdef BUG_MARK_SOME
       upto = REF(head);
#endif
       h = head; MAYDIE }; goto mark
  :: else
  fi;
#ifdef BUG_MARK_LATE
  m = REF(h); MARKALL(0); m = 0;
#endif
  deliver(REF(h));
  atomic { retireChain(me, REF(h), 0); MAYDIE };
  atomic { moving[me] = 0; MAYDIE };
  atomic { unpin(me); h = 0; upto = 0; won = 0; if :: closes -> isClosed = 1; goto done :: else fi; MAYDIE };
  goto look;
died:
  atomic { dead[me] = 1; h = 0; m = 0; upto = 0; n = 0; closes = 0; won = 0 };
done:
  ndone++
}

/* whether a message is in the chain */
inline LOOKUP(m) {
  isThere = 0;
  atomic { c = REF(head) };
  do
  :: c == 0 -> break
  :: c == m -> isThere = 1; break
  :: else -> atomic { DEREF(c); c = next[c] }
  od;
  c = 0
}

/* recovers who died; may be stopped, and begins anew */
proctype R(byte me) {
  byte p, m, h, c, i, stops; bit isThere, early, won;
next_:
  if
  :: dead[0] -> p = 0
  :: dead[1] -> p = 1
  :: dead[2] -> p = 2
  :: ndone == nwork && !dead[0] && !dead[1] && !dead[2] -> goto over
  fi;
begin:
#ifdef BUG_WITHDRAW
  unpin(p);
#endif
  /* a chain on its way to the limbo */
  if
  :: moving[p] != 0 ->
     m = moving[p]; LOOKUP(m);
#ifdef BUG_NO_LOOK
     if :: !isThere -> atomic { assert(!inLimbo[m]); retireChain(p, m, BIT(QUEUE)) } :: else fi;
#else
     if :: !isThere && inLimbo[m] != p + 1 -> atomic { retireChain(p, m, BIT(QUEUE)) } :: else fi;
#endif
     m = 0;
     if :: stops < STOPS -> stops++; goto begin :: skip fi;
     moving[p] = 0
  :: else
  fi;
  /* a message on its way to an inbox */
  m = posting[p];
  if
  :: m != 0 && draft[p] != m ->
     early = marked[m];
     LOOKUP(m);
#ifdef BUG_MARK_FIRST
     isThere = isThere || early;
#else
     if :: !isThere -> isThere = marked[m] :: else fi;
#endif
     if
     :: isThere ->
#ifndef BUG_NO_RETELL
        asleep = 0
#else
        skip
#endif
     :: else -> assert(!linked[m] && state[m] == INUSE && number[m] != 0); draft[p] = m
     fi;
     if :: stops < STOPS -> stops++; goto begin :: skip fi
  :: else
  fi;
  posting[p] = 0; m = 0; isThere = 0; early = 0;
  if :: stops < STOPS -> stops++; goto begin :: skip fi;
  if
  :: draft[p] != 0 -> atomic { m = draft[p]; assert(state[m] == INUSE && !linked[m]); draft[p] = 0; state[m] = FREE; m = 0 }
  :: else
  fi;
  /* its own inbox */
  if
  :: p == OWNER ->
again:
     h = head;
     if :: h == CLOSED -> goto closed :: else fi;
     m = REF(h);
#ifndef BUG_REC_NO_MARK
     do :: m == 0 -> break :: else -> atomic { DEREF(m); marked[m] = 1 }; m = next[m] od;
#endif
     m = 0;
     moving[p] = REF(h);
     if :: stops < STOPS -> stops++; h = 0; goto begin :: skip fi;
     atomic { if :: head == h -> head = CLOSED; won = 1 :: else -> won = 0 fi };
     if :: !won -> moving[p] = 0; goto again :: else fi;
     if :: stops < STOPS -> stops++; h = 0; goto begin :: skip fi;
     retireChain(p, REF(h), BIT(QUEUE));
     if :: stops < STOPS -> stops++; h = 0; goto begin :: skip fi;
     moving[p] = 0; h = 0; won = 0;
closed:
     h = 0; isClosed = 1
  :: else
  fi;
  atomic { for (i : 1 .. NM-1) { if :: inLimbo[i] == p + 1 -> inLimbo[i] = me + 1 :: else fi }; i = 0 };
  unpin(p); unpin(QUEUE);
  atomic { dead[p] = 0; p = 0; goto next_ };
over:
  isOver = 1
}

init {
  byte x;
  atomic { START };
  atomic { isOver ->
    /* what was pushed was delivered, or is gone with the inbox; nothing is lost, and nothing is in two places */
    if :: !isClosed -> assert(accepted[0] == 0 && accepted[1] == 0 && head == EMPTY) :: else -> assert(head == CLOSED) fi;
    for (x : 1 .. NM-1) { assert(state[x] == FREE) };
    for (x : 0 .. 2) { assert(draft[x] == 0 && posting[x] == 0 && moving[x] == 0) } }
}
