/*
 * Who frees what a replaced tree leaves: docs/protocol.md, "Trees that hang from versions".  Not built yet.
 *
 * A version names the nodes of a tree: a root and two leaves, a and b.  A writer replaces one leaf, and the root with it, or deletes
 * the key with all of its tree.  A node is in the tree from the stamp of the version that brought it, its birth, until the stamp of
 * the version that leaves it out, its death.  The worker that links a version frees what the version leaves out, and no other worker
 * does.  Before the link it writes down which nodes those are.  After its stamp is settled it looks, for each of them, whether an open
 * snapshot shows it, and then holds or retires it.  A tree that goes as a whole is one record: one look decides, as if each of its
 * nodes were as old as the tree.  A recovery does the same for a worker that died, and may be stopped and repeated.
 *
 * One Promela step = one access to a shared word.  Reclamation is an exact grace period, as in versions.pml; a version is freed as
 * soon as nobody is left who was pinned when it was replaced.  A snapshot reads all nodes of the version that it shows; with DUMP it
 * may be revoked while it does.  CRASH writers may die; STOPS times a recovery begins anew.
 *
 *   BUG_UNSAID         what is left is not written down before the link
 *   BUG_KEEP_DRAFT     what was drafted is forgotten after the version has left the hand
 *   BUG_HAND_FIRST     the version leaves the hand before what it leaves is retired
 *   BUG_NO_LOOK        a recovery does not look whether the dead had retired a node already
 *   BUG_WITHDRAW_FIRST a recovery ends the pin of the dead before it retires what that left
 *   BUG_ALL_FREE       whoever settles a version frees what it leaves
 *   BUG_JUDGE_EARLY    the snapshots are looked at before the stamp is settled
 *   BUG_JUDGE_PENDING  ... and one that is being opened counts as none
 *   BUG_JUDGE_DUE      ... not before the grace period is over, when there is no second one
 *   BUG_RELEASE_NOW    what is held goes without a grace period when no snapshot shows it any more
 *   BUG_BY_VERSION     a node counts as as old as the version that was replaced
 *   BUG_BIRTH_EARLY    ... as the clock says once the version is linked, and not as its stamp is
 *   BUG_HOME_NEW       a tree counts as as old as its newest version
 *   BUG_CHAIN          the births are written along the chain of the draft, after the link
 *   BUG_BIRTH_LATE     ... when the pin has ended
 */
#ifndef READS
#define READS 1
#endif
#ifndef STOPS
#define STOPS 0
#endif
#define NV 6
#define NN 10             /* nodes 1 .. NN-1; 1, 2, 3 are those of version 1 */
#define PENDING 255
#define REVOKED 254
#define BIT(x) (1<<(x))
#define UPD_A 1
#define UPD_B 2
#define DEL 3
#define DEREF(n) assert(!(freed & BIT(n)))
#define DEREFV(v) assert(!(vfreed & BIT(v)))

byte clock = 2, written = 1, link = 1, stamp[NV], prev[NV];
byte root[NV], la[NV], lb[NV]; byte home[NV];       /* home: 0: the version's own stamp */
byte birth[NN], death[NN], chain[NN];
byte reg;
/* the records of participants 0, 1 (writers) and 3 (recoverer) */
byte hand[4], leaves[4]; short draft[4], left[4]; bit all[4];
byte limboOf[NN], heldBy[NN];                       /* participant + 1 */
/* ghosts */
byte pinned, grace[NN], vgrace[NV]; short freed, vfreed, retired, held, wholes, published;
byte deaths, ndone; bit dead[4], ended[4];

#ifdef CRASH
#define MAYDIE if :: deaths < CRASH && me < 2 -> deaths++; goto died :: skip fi
#else
#define MAYDIE skip
#endif
#define SHOWS(low, high) ((low) <= reg && reg < (high))
#ifdef BUG_JUDGE_PENDING
#define NEEDED(low, high) (reg != 0 && reg < REVOKED && SHOWS(low, high))
#else
#define NEEDED(low, high) (reg == PENDING || (reg != 0 && reg < REVOKED && SHOWS(low, high)))
#endif
#define TREE(v) ((BIT(root[v]) | BIT(la[v]) | BIT(lb[v])) & ~1)
#define HOME(v) (home[v] == 0 -> stamp[v] : home[v])

inline pin(me) { pinned = pinned | BIT(me) }
inline freeNode(n) {
#ifdef BUG_JUDGE_DUE
  if
  :: NEEDED(birth[n], death[n]) -> retired = retired & ~BIT(n); held = held | BIT(n); heldBy[n] = limboOf[n]; limboOf[n] = 0
  :: else -> freed = freed | BIT(n)
  fi
#else
  freed = freed | BIT(n)
#endif
}
inline unpin(me) {
  d_step {
    pinned = pinned & ~BIT(me);
    for (i : 1 .. NN-1) {
      if :: (retired & BIT(i)) && !(freed & BIT(i)) ->
            grace[i] = grace[i] & ~BIT(me);
            if :: grace[i] == 0 -> freeNode(i) :: else fi
         :: else fi };
    for (i : 1 .. NV-1) {
      if :: vgrace[i] != 0 ->
            vgrace[i] = vgrace[i] & ~BIT(me);
            if :: vgrace[i] == 0 -> vfreed = vfreed | BIT(i) :: else fi
         :: else fi };
    i = 0 }
}
/* a node goes into the limbo, or is held, by participant p: one step, as its owner alone sees the queue */
inline retire(p, n) {
  assert(!(retired & BIT(n)) && (published & BIT(n)) && !(TREE(link) & BIT(n)));
  retired = retired | BIT(n); limboOf[n] = p + 1; chain[n] = 0; grace[n] = pinned;
  if :: grace[n] == 0 -> freeNode(n) :: else fi
}
inline hold(p, n) {
  assert(!(retired & BIT(n)) && !(held & BIT(n)) && !(TREE(link) & BIT(n)));
  held = held | BIT(n); heldBy[n] = p + 1; chain[n] = 0
}

#define SKIPTO(found) atomic { do :: x == NN -> break :: x < NN && (found) -> break :: else -> x++ od
inline SETTLE(v) {
  if
  :: atomic { stamp[v] == 0 -> c = clock; MAYDIE };
     atomic { if :: written < c -> written = c :: else fi; MAYDIE };
     atomic { if :: stamp[v] == 0 -> stamp[v] = c :: else fi; c = 0; MAYDIE }
  :: else
  fi
}

/* what version v leaves, by the record of p: `look` is whether some of it may be retired already */
inline LEAVE(p, v, look) {
  atomic {
    d = stamp[v]; x = 1;
    if :: all[p] -> DEREFV(leaves[p]); low = HOME(leaves[p]) :: else fi;
#ifdef BUG_HOME_NEW
    if :: all[p] -> low = stamp[leaves[p]] :: else fi;
#endif
    MAYDIE };
  do
  :: SKIPTO((left[p] & BIT(x)) != 0); if :: x == NN -> break :: else fi };
#ifndef BUG_NO_LOOK
     if :: look && (limboOf[x] == p + 1 || heldBy[x] == p + 1) -> goto next_ :: else fi;
#endif
     atomic {
       if :: !all[p] -> DEREF(x); low = birth[x] :: else fi;
#ifdef BUG_BY_VERSION
       low = stamp[leaves[p]];
#endif
       MAYDIE };
     atomic {
#ifndef BUG_JUDGE_EARLY
       needs = NEEDED(low, d);
#endif
#ifdef BUG_JUDGE_DUE
       needs = 0;
#endif
       MAYDIE };
     atomic {                                       /* one record: a node, or a tree with all that hangs from it */
       if :: all[p] -> n = 1 :: else -> n = x fi;
       do
       :: if
          :: left[p] & BIT(n) ->
             death[n] = d;
             if :: needs && all[p] -> wholes = wholes | BIT(n) :: else fi;
             if :: needs -> hold(p, n) :: else -> retire(p, n) fi
          :: else
          fi;
          if :: !all[p] || n == NN - 1 -> break :: else -> n++ fi
       od;
       if :: all[p] -> x = NN - 1 :: else fi; n = 0;
       MAYDIE };
next_:
     x++
  od;
  atomic { x = 0; low = 0; d = 0; needs = 0; n = 0 }
}

/* goes through what it holds: a tree waits for all snapshots that are older than its death */
inline RELEASE(me) {
  atomic { x = 1 };
  do
  :: SKIPTO((held & BIT(x)) && heldBy[x] == me + 1); if :: x == NN -> break :: else fi };
     atomic { low = birth[x]; if :: wholes & BIT(x) -> low = 0 :: else fi; MAYDIE };
     atomic { needs = NEEDED(low, death[x]); MAYDIE };
     atomic {
       if
       :: !needs ->
          held = held & ~BIT(x); heldBy[x] = 0;
#ifdef BUG_RELEASE_NOW
          retired = retired | BIT(x); freed = freed | BIT(x)
#else
          retire(me, x)
#endif
       :: else
       fi;
       x++; MAYDIE }
  od;
  atomic { x = 0; low = 0; needs = 0 }
}

/* a writer: its versions begin at v0, its nodes at n0 */
proctype W(byte me; byte op1; byte op2; byte v0; byte n0) {
  byte op, r, v, w, c, d, x, n, low, fr, fl, i; bit needs, won;
  v = v0 - 1; fr = n0 - 2;
again:
  atomic { op = op1; op1 = op2; op2 = 0; if :: op == 0 -> goto fin :: else fi };
  atomic {
    v++; fr = fr + 2; fl = fr + 1; pin(me); MAYDIE;
    if :: op != DEL -> draft[me] = BIT(fr) | BIT(fl); chain[fr] = fl; chain[fl] = 0 :: else fi;
    MAYDIE };
retry:
  atomic { r = link; DEREFV(r); MAYDIE };
  SETTLE(r);
  if
  :: atomic { root[r] != 0 -> DEREF(root[r]); if :: op == UPD_A -> DEREF(la[r]) :: op == UPD_B && lb[r] != 0 -> DEREF(lb[r]) :: else fi; MAYDIE }
  :: else
  fi;
  atomic { if :: op == DEL && root[r] == 0 -> goto out :: else fi };
  atomic {                                          /* in private memory */
    prev[v] = r;
    if
    :: op == DEL -> root[v] = 0; la[v] = 0; lb[v] = 0; home[v] = 0; all[me] = 1; left[me] = TREE(r)
    :: op == UPD_A -> root[v] = fr; la[v] = fl; lb[v] = lb[r]
    :: op == UPD_B -> root[v] = fr; la[v] = la[r]; lb[v] = fl
    fi;
    if
    :: op != DEL ->
       all[me] = 0; left[me] = TREE(r) & ~TREE(v);
       if :: root[r] == 0 -> home[v] = 0 :: else -> home[v] = HOME(r) fi
    :: else
    fi;
    leaves[me] = r;
#ifdef BUG_UNSAID
    left[me] = 0;
#endif
    MAYDIE; hand[me] = v; MAYDIE };
  atomic {
    if
    :: link == r ->
       link = v; published = published | (draft[me]); won = 1;
       vgrace[r] = pinned
    :: else -> won = 0
    fi;
    MAYDIE;
    if :: !won -> goto retry :: else fi };
#ifdef BUG_JUDGE_EARLY
  needs = NEEDED(0, 250);
#endif
#ifdef BUG_BIRTH_EARLY
  if :: op != DEL -> birth[fr] = clock; birth[fl] = clock :: else fi;
#endif
  SETTLE(v);
#ifdef BUG_UNSAID
  atomic { if :: all[me] -> left[me] = TREE(r) :: else -> left[me] = TREE(r) & ~TREE(v) fi };
#endif
#ifdef BUG_HAND_FIRST
  atomic { draft[me] = 0; hand[me] = 0; MAYDIE };
#endif
#ifndef BUG_BIRTH_LATE
#ifndef BUG_BIRTH_EARLY
  if
  :: op != DEL ->
#ifdef BUG_CHAIN
     atomic { birth[fr] = stamp[v]; MAYDIE };
     atomic { n = chain[fr]; assert(n == fl); birth[n] = stamp[v]; n = 0; MAYDIE }
#else
     atomic { DEREF(fr); birth[fr] = stamp[v]; MAYDIE };
     atomic { DEREF(fl); birth[fl] = stamp[v]; MAYDIE }
#endif
  :: else
  fi;
#endif
#endif
  LEAVE(me, v, 0);
#ifdef BUG_KEEP_DRAFT
  atomic { left[me] = 0; MAYDIE; hand[me] = 0; MAYDIE; draft[me] = 0; MAYDIE };
#else
  atomic { draft[me] = 0; MAYDIE; left[me] = 0; MAYDIE; hand[me] = 0; MAYDIE };
#endif
  goto unpinning;
out:
  atomic { draft[me] = 0; MAYDIE; left[me] = 0; MAYDIE; hand[me] = 0; MAYDIE };
unpinning:
  atomic { unpin(me); r = 0; won = 0; MAYDIE };
#ifdef BUG_BIRTH_LATE
  if :: op != DEL -> DEREF(fr); birth[fr] = stamp[v] :: else fi;
#endif
  RELEASE(me);
  goto again;
#ifdef CRASH
died:
  atomic { dead[me] = 1; r = 0; x = 0; d = 0; low = 0; needs = 0; c = 0; won = 0 };
#endif
fin: atomic { ended[me] = 1; ndone++ }
}

#ifdef BUG_ALL_FREE
/* one that meets a version pending, and settles it */
proctype Helper(byte me) {
  byte r, c, x, n, d, low, i; bit needs;
  atomic { pin(me); r = link };
  if :: stamp[r] == 0 -> c = 1 :: else fi;
  if :: c -> c = 0; SETTLE(r); atomic { leaves[me] = prev[r]; all[me] = (root[r] == 0); left[me] = TREE(prev[r]) & ~TREE(r) }; LEAVE(me, r, 0) :: else fi;
  unpin(me);
  left[me] = 0;
  RELEASE(me);
  ndone++
}
#endif

/* recovers those who died; may be stopped after any step, and then begins anew */
proctype Rc(byte me) {
  byte p, v, c, d, x, n, low, i, stops; bit needs, isLinked;
  if
  :: atomic { dead[0] -> dead[0] = 0; pin(me) }
  :: atomic { dead[1] -> dead[1] = 0; p = 1; pin(me) }
  :: ended[0] && ended[1] && !dead[0] && !dead[1] -> goto over
  fi;
begin:
#ifdef BUG_WITHDRAW_FIRST
  unpin(p);
#endif
  v = hand[p]; isLinked = 0;
  if
  :: v != 0 ->
     if
     :: atomic { stamp[v] == 0 -> n = link };       /* the newest one of its key gets a stamp when it is looked up */
        atomic { stamp[n] == 0 -> c = clock } unless { stamp[n] != 0 };
        if :: c != 0 -> atomic { if :: written < c -> written = c :: else fi }; atomic { if :: stamp[n] == 0 -> stamp[n] = c :: else fi; c = 0 } :: else fi;
        n = 0
     :: else
     fi;
     isLinked = (stamp[v] != 0)
  :: else
  fi;
  if :: stops < STOPS -> stops++; goto begin :: skip fi;
  if
  :: isLinked ->
     LEAVE(p, v, 1);
     if :: stops < STOPS -> stops++; goto begin :: skip fi;
     draft[p] = 0;
     if :: stops < STOPS -> stops++; goto begin :: skip fi
  :: else ->
     assert((draft[p] & published) == 0);           /* it was never linked: its blocks are free */
     draft[p] = 0
  fi;
  left[p] = 0;
  if :: stops < STOPS -> stops++; goto begin :: skip fi;
  hand[p] = 0;
  unpin(p);
  atomic {
    for (x : 1 .. NN-1) {
      if :: limboOf[x] == p + 1 -> limboOf[x] = me + 1 :: else fi;
      if :: heldBy[x] == p + 1 -> heldBy[x] = me + 1 :: else fi };
    x = 0 };
  unpin(me);
  RELEASE(me);
#ifdef CRASH
died:
#endif
over:
  ndone++
}

/* a snapshot; with DUMP, one that may be revoked */
proctype S(byte me) {
  byte s, v, c, n, k, i;
  reg = PENDING;
  s = clock;
  atomic { if :: written < s -> s--; goto opened :: else fi };
  atomic { if :: clock == s -> clock = s + 1 :: else fi };
opened:
  atomic { if :: reg == PENDING -> reg = s :: else fi };
  do
  :: k == READS -> break
  :: k < READS ->
     atomic { k++; pin(me) };
     v = link;
     do
     :: if :: atomic { stamp[v] == 0 -> c = clock };
              atomic { if :: written < c -> written = c :: else fi };
              atomic { if :: stamp[v] == 0 -> stamp[v] = c :: else fi; c = 0 }
           :: else
        fi;
        atomic { if :: stamp[v] <= s -> break :: else -> v = prev[v] fi };
#ifdef DUMP
        atomic { if :: reg == REVOKED -> goto lost :: else fi }
#endif
     od;
     if
     :: root[v] != 0 -> DEREF(root[v]); DEREF(la[v]); DEREF(lb[v])
     :: else
     fi;
     atomic { unpin(me); v = 0 }
  od;
lost:
  unpin(me);
  reg = 0;
  ndone++
}

proctype Revoke() {
  atomic { if :: reg != 0 && reg < REVOKED -> reg = REVOKED :: else fi; ndone++ }
}

inline put(v, r, a, b) { stamp[v] = 1; root[v] = r; la[v] = a; lb[v] = b; home[v] = 1; published = BIT(r) | BIT(a) | BIT(b); birth[r] = 1; birth[a] = 1; birth[b] = 1 }

init {
  byte x, nwork;
  atomic { put(1, 1, 2, 3); START };
  atomic { ndone == nwork ->                        /* all are at rest, and nothing is open: the newest tree is left, and no more */
    for (x : 1 .. NN-1) {
      if :: held & BIT(x) -> assert(!(retired & BIT(x))); retired = retired | BIT(x) :: else fi;
      if :: published & BIT(x) -> assert(((retired & BIT(x)) != 0) == ((TREE(link) & BIT(x)) == 0)) :: else -> assert(!(retired & BIT(x))) fi };
    for (x : 0 .. 1) { assert(draft[x] == 0 && left[x] == 0 && hand[x] == 0) } }
}
