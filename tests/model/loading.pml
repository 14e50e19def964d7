/*
 * A structure from a file: who frees the nodes of one that is loaded (docs/protocol.md, "Trees that hang from versions").
 *
 * A loader takes memory for one node after the other, and chains them from P_LOADING.  Between two of them it may make room by a write of
 * its own, to another key, which has a draft and leavings.  When all nodes are there, their chain becomes the draft: P_DRAFT is set, then
 * P_LOADING is cleared; then the version is linked.  If there is no place for it, that is taken back, and tried again or given up.  The
 * loader may die at any step, or be cut short: then it repairs its own record, and drops what it had loaded.  A recovery repairs the
 * record and frees what was loaded; it may be stopped, and begins anew.  Another worker replaces what was loaded, a reader reads it.
 *
 * One Promela step = one write to the loader's record, or to a link.  A block that goes to the free list is named by P_FREEING from before
 * it leaves its chain; whether it came there can be seen (hand.pml), and so can whether a version was linked, and what was retired for it
 * (leavings.pml): each is one step here.  Reclamation is an exact grace period.
 *
 *   BUG_ONE_WORD     what is loaded is chained from P_DRAFT at once
 *   BUG_CLEAR_FIRST  P_LOADING is cleared before P_DRAFT is set
 *   BUG_CLEAR_LATE   ... or when the version is linked and its draft forgotten
 *   BUG_BACK_FIRST   P_DRAFT is cleared before P_LOADING is set, when that is taken back
 *   BUG_BOTH         who repairs frees what both words lead to, without a look whether that is the same
 *   BUG_BOTH_LAST    ... it clears P_LOADING when the draft is freed, and not before
 *   BUG_LEFT         a recovery leaves what was loaded
 */
#ifndef STOPS
#define STOPS 0
#endif
#ifndef CUTS
#define CUTS 0
#endif
#ifndef CRASH
#define CRASH 0
#endif
#define BIT(x) (1<<(x))
#define NN 5        /* nodes: 2 hangs from 1, which is the root of what is loaded; 3 is the other write's, which leaves 4 out */
#define LOADED 2    /* versions: of key a 1, then LOADED, or OTHER; of key b BEFORE, then ROOM */
#define OTHER 3
#define BEFORE 4
#define ROOM 5
#define VERSION 10  /* in hand: a node, VERSION + a version, ANNOUNCED + a version */
#define ANNOUNCED 20
#define ME 0

byte loading, draft, hand, freeing, chain[NN];       /* the loader's record, and its nodes */
byte a = 1, b = BEFORE;                              /* the links of two keys */
/* ghosts */
byte linked = BIT(1) | BIT(BEFORE), taken = BIT(4), freed, retired, pinned, grace[NN];
byte deaths, cuts, ndone; bit dead, over;

#define TREE ((a == LOADED -> BIT(1) | BIT(2) : 0) | (b == BEFORE -> BIT(4) : 0) | (b == ROOM -> BIT(3) : 0))
#define DEREF(n) assert(!(freed & BIT(n)))

inline give(n) { assert((taken & BIT(n)) && !(freed & BIT(n)) && !(TREE & BIT(n))); freed = freed | BIT(n) }
inline retire(n) {
  assert(!(retired & BIT(n)) && !(TREE & BIT(n)));
  retired = retired | BIT(n); grace[n] = pinned;
  if :: grace[n] == 0 -> give(n) :: else fi
}
inline unpin(me) {
  d_step {
    pinned = pinned & ~BIT(me);
    for (i : 1 .. NN-1) {
      if :: (retired & BIT(i)) && !(freed & BIT(i)) ->
            grace[i] = grace[i] & ~BIT(me);
            if :: grace[i] == 0 -> give(i) :: else fi
         :: else fi };
    i = 0 }
}

/* frees a chain, node by node; STOP is what may happen after a step */
#define FREECHAIN(word) \
  do \
  :: word == 0 -> break \
  :: else -> \
     atomic { freeing = word; STOP }; \
     atomic { word = chain[word]; STOP }; \
     atomic { give(freeing); STOP }; \
     atomic { freeing = 0; STOP } \
  od

#define CHAINED(n) ((n) == draft || (n) == loading)
#ifdef BUG_BOTH
#define ONEDRAFT skip
#else
#ifdef BUG_BOTH_LAST
#define ONEDRAFT same = (loading == draft)
#else
#define ONEDRAFT atomic { if :: loading == draft -> loading = 0 :: else fi; STOP }
#endif
#endif

/* brings the record in order, whoever does it */
#define REPAIR \
  atomic { \
    if :: freeing != 0 && !CHAINED(freeing) && !(freed & BIT(freeing)) -> give(freeing) :: else fi; STOP }; \
  atomic { freeing = 0; STOP }; \
  ONEDRAFT; \
  if \
  :: hand > ANNOUNCED && (linked & BIT(hand - ANNOUNCED)) -> \
     atomic { if :: hand == ANNOUNCED + ROOM && !(retired & BIT(4)) -> retire(4) :: else fi; STOP }; \
     atomic { draft = 0; STOP }; \
     atomic { hand = 0; STOP } \
  :: else -> \
     atomic { \
       if :: hand != 0 && hand < VERSION && !CHAINED(hand) -> give(hand) :: else fi; \
       hand = 0; STOP }; \
     FREECHAIN(draft) \
  fi

#ifdef BUG_ONE_WORD
#define LIST draft
#else
#define LIST loading
#endif
#define HANG(from, to) atomic { to = from; STOP }; atomic { from = 0; STOP }

#define STOP \
  if \
  :: deaths < CRASH -> deaths++; goto died \
  :: cuts < CUTS -> cuts++; goto cut \
  :: skip \
  fi

proctype Loader() {
  byte n, i, kept; bit won, same, rooms;
  n = 1;
more:
  if
  :: n <= 2 ->
     atomic { hand = n; taken = taken | BIT(n); STOP };
     atomic { chain[n] = LIST; STOP };
     atomic { LIST = n; STOP };
     atomic { hand = 0; STOP };
     n++;
     if :: !rooms -> rooms = 1; goto room :: goto more fi
  :: else
  fi;
link:
  atomic { pinned = pinned | BIT(ME); hand = VERSION + LOADED; STOP };
#ifdef BUG_CLEAR_FIRST
  atomic { kept = loading; loading = 0; STOP };
  atomic { draft = kept; STOP };
#else
#ifdef BUG_CLEAR_LATE
  atomic { draft = loading; STOP };
#else
#ifndef BUG_ONE_WORD
  HANG(loading, draft);
#endif
#endif
#endif
  atomic { hand = ANNOUNCED + LOADED; STOP };
  atomic {
    if
    :: a = LOADED; linked = linked | BIT(LOADED); won = 1
    :: won = 0                                       /* there is no slot */
    fi;
    STOP };
  if
  :: won ->
     atomic { draft = 0; STOP };
#ifdef BUG_CLEAR_LATE
     atomic { loading = 0; STOP };
#endif
     atomic { hand = 0; STOP };
     atomic { unpin(ME); goto fin }
  :: else
  fi;
#ifdef BUG_BACK_FIRST
  atomic { kept = draft; draft = 0; STOP };
  atomic { loading = kept; STOP };
#else
#ifndef BUG_ONE_WORD
  HANG(draft, loading);
#endif
#endif
  atomic { hand = 0; STOP };
  atomic { unpin(ME) };
  if :: !rooms -> rooms = 1; goto room :: goto drop fi;

room:                                                /* a write to key b */
  atomic { pinned = pinned | BIT(ME); hand = 3; taken = taken | BIT(3); STOP };
  atomic { chain[3] = draft; STOP };
  atomic { draft = 3; STOP };
  atomic { hand = ANNOUNCED + ROOM; STOP };
  atomic {
    if
    :: b = ROOM; linked = linked | BIT(ROOM); won = 1
    :: won = 0
    fi;
    STOP };
  if
  :: won ->
     atomic { retire(4); STOP };
     atomic { draft = 0; STOP };
     atomic { hand = 0; STOP }
  :: else ->
     atomic { hand = 0; STOP };
     FREECHAIN(draft)
  fi;
  atomic { unpin(ME) };
  if :: n <= 2 -> goto more :: else -> goto link fi;

cut:                                                 /* the next call repairs the record, and the load ends */
  REPAIR;
  atomic { unpin(ME) };
drop:
  FREECHAIN(loading);
fin:
  atomic { over = 1; goto ending };
died:
  dead = 1;
ending:
  ndone++
}

#undef STOP
#define STOP if :: stops < STOPS -> stops++; goto begin :: skip fi

proctype Recovery() {
  byte stops, i; bit same;
  if :: atomic { dead -> dead = 0 } :: over -> goto ending fi;
begin:
  REPAIR;
#ifdef BUG_BOTH_LAST
  atomic { if :: same -> loading = 0 :: else fi; STOP };
#endif
#ifndef BUG_LEFT
  FREECHAIN(loading);
#else
  loading = 0;
#endif
  atomic { unpin(ME) };
ending:
  ndone++
}

/* sets key a to a plain value */
proctype Other() {
  byte r, i;
  atomic { pinned = pinned | BIT(1); r = a };
  atomic { if :: a == r -> a = OTHER :: else -> r = a; a = OTHER fi; if :: r == LOADED -> retire(1); retire(2) :: else fi };
  atomic { unpin(1); ndone++ }
}

proctype Reader() {
  byte r, i;
  atomic { pinned = pinned | BIT(2); r = a };
  if :: r == LOADED -> DEREF(1); DEREF(2) :: else fi;
  atomic { unpin(2); ndone++ }
}

init {
  byte x;
  atomic { run Loader(); run Recovery(); run Other(); run Reader() };
  atomic { ndone == 4 ->
    assert(loading == 0 && draft == 0 && hand == 0 && freeing == 0);
    for (x : 1 .. NN-1) {                            /* what was taken is linked, or free */
      if :: taken & BIT(x) -> assert(((freed & BIT(x)) != 0) != ((TREE & BIT(x)) != 0)) :: else fi } }
}
