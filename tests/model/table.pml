/*
 * Table and migration: slots, probing, writing, moving, and the permits of a table (src/table/table.ts, migration.ts,
 * slot_permits.ts).
 *
 * All keys share ONE hash, the worst case of linear probing (HASHES=2: K3 has another; 3: each key has its own), and all
 * have the same home slot.  NT tables of NS slots at most; table t migrates to t+1.
 * One Promela step = one access to a shared word (plus private work).  A probe step reads `hash` and, when that is
 * claimed, `link` together: a claimed hash word never changes again, so the pair is worth one read at the later time.
 *
 * Ghosts: abs[k] is the abstract map, changed by the winning CAS on a link.  seen[p] is the set of values that abs[key]
 * had while operation p ran: an answer outside it is not linearizable.  slotkey[] remembers which key a slot was given.
 * grace[] is an exact grace period: the processes pinned when a version was retired; freed when none of them is left.
 * debt counts the claims that nobody paid for; claimed() asserts that there are no others.
 *
 * Permits.  permits[t] >= 0: so many may still be taken; < 0: closed, ~permits[t] were left.  A writer takes a permit (it has
 * pm, of table pt) and spends it before it claims an empty slot; if it loses the claim it has the permit again.  A link into a
 * slot that somebody else claimed is free in the root, where a writer with a permit has claimed it, and takes a permit in the
 * next table, where it may have been a mover.  Permits of an older table are given to the root, or to its next table if the root is closed, before new ones are
 * taken.  A migration closes the permits of the old table; what was left gives `need`, the most slots that can ever be claimed
 * there; the next table, of any size that holds them (MINCAP..NS), gets the rest of its limit as permits.  A worker that drops a
 * tombstone, or shuts a claimed slot that nobody linked, adds a permit to those of the next table while they are open.  Without
 * a permit a writer first finishes the move into the table; if the table is the root already, it starts the next migration.
 *
 * Debts (`debt`) are claims that nobody paid for: there are none but in two of the faults.  SLACK slots beyond the limit would
 * take some; a mover is stuck only when they are more (STRICT: never).
 *
 * Without a switch that begins with BUG_ this is the protocol.
 *   slots
 *   BUG_MOVED_JUMP      a probe that meets MOVED goes to the next table at once (does not look at the rest of its run)
 *   BUG_MOVED_NOAWARE   a probe goes on past MOVED but forgets it: an empty slot further on is claimed / means absent
 *   BUG_COPY_FAIL       mover: a failed CAS in the next table "means that another helper was first"
 *   BUG_DROP_LATE       mover: freeze first, decide later and each for himself whether a tombstone is copied
 *   BUG_MOVER_SKIPS     mover: goes on past MOVED/CLOSED of the next table (as any other probe would)
 *   BUG_UNLINKED        writer: links into a claimed, unlinked slot of a migrating table even after it passed MOVED
 *   BUG_NO_CLOSE        writer: goes to the next table from an empty slot without closing it
 *   BUG_CLOSED_SKIP     probe: treats CLOSED like a foreign slot and goes on
 *   BUG_NO_FREEZE       mover: copies without freezing
 *   BUG_MOVED_FIRST     mover: says MOVED before it copies
 *   BUG_WAIT            writer waits at FROZEN until its mover is done, instead of helping
 *   permits
 *   BUG_NO_PERMIT       a writer claims a slot of a table that is not yet the root without a permit
 *   BUG_REUSE_PERMIT    a worker gives its permit to the next table and still uses it in the old table
 *   BUG_FREE_LINK       a link into a slot of the next table that somebody else claimed takes no permit
 *   BUG_SPEND_LATE      the permit is spent after the claim, and a death in between leaves it to be returned
 *   BUG_TAKE_CLOSED     permits are taken of what was left when they were closed
 *   BUG_PERMITS_OPEN    a migration reads the permits of the old table without closing them
 *   BUG_NEXT_FULL       the next table gets its whole limit as permits
 *   BUG_NEXT_SMALL      the next table may be smaller than what is needed
 *   BUG_NEXT_EARLY      a writer without a permit starts to move a table that is not yet the root
 *   BUG_CREDIT_EARLY    the credit for a tombstone is given before the CAS that drops it, and stays if that CAS is lost
 *   BUG_CREDIT_LOST     the credit for an unlinked slot is given even if the CAS that shuts it is lost
 *   BUG_CREDIT_EMPTY    shutting an empty slot gives a credit, too
 *   BUG_CREDIT_CLOSED   credits are added to what was left when the permits were closed
 *   BUG_CREDIT_BLIND    credits are added whatever the sign is (closed permits may open again)
 *   BUG_PERMITS_WAIT    a writer that finds the permits closed waits until `next` is set, instead of setting it
 *   variants
 *   AT_LINK             the successful link spends the permit; who links into an unlinked slot must have one, and shutting such a
 *                       slot gives nothing; of the permits of the dead all but one are returned.  There are no debts then.
 *   BUG_CREDIT_UNLINKED with AT_LINK: shutting an unlinked slot gives a credit all the same
 *   BUG_GIVE_CLAIMED    with AT_LINK: a writer gives its permit back between the claim and the link
 *   BUG_RETURN_ALL      with AT_LINK: all permits of the dead are returned
 *   CARRY               a permit may be used in a later table as it is
 *   GAIN                who drops something may keep its place as a permit for the next table, as the code does
 *   NOPERMITS           no permits at all: new slots are claimed anywhere, any time
 *   FINISH_FIRST        with NOPERMITS: a writer takes a new slot only in the root; else it first finishes the move into it
 *   GONE                who links a tombstone drops it at once, as the code does, from the root, when no snapshot needs it and no
 *                       mover of the table before is left: the slot has no key any more
 *   BUG_GONE_EARLY      with GONE: a mover of the table before may be left
 *   BUG_GONE_ENDS       with GONE: a probe ends at such a slot as if nobody had linked it
 *   BUG_GONE_REUSED     with GONE: ... and a writer links its key there
 *   for the search
 *   GIVEUP              a writer without a place in the last table leaves its write undone
 *   NOFREE, NOLIMIT, NOAGREE   leave out the grace periods; the assertion about claims; that all compute the same need
 */
#ifndef NT
#define NT 2
#endif
#ifndef NS
#define NS 3
#endif
#ifndef NP
#define NP 4            /* processes: 0.. */
#endif
#ifndef MINCAP
#define MINCAP NS       /* the smallest next table that may be chosen; NS is the largest */
#endif
#ifndef SLACK
#define SLACK 0
#endif
#ifndef BATCH
#define BATCH 1         /* permits taken at once */
#endif
#define LIM(c) ((c)-SLACK)      /* of c slots, so many may be claimed */
#define UNSET 100
#define NV 10
#define CL 2            /* CLOSED */
#ifndef HASHES
#define HASHES 1
#endif
#if HASHES == 1
#define HK(k) 1         /* hashes are odd */
#define FOREIGN(h,k) false
#else
#if HASHES == 2
#define HK(k) ((k)==K3 -> 3 : 1)
#else
#define HK(k) (2*(k)+1)
#endif
#define FOREIGN(h,k) ((h) != 0 && (h) != CL && (h) != HK(k))
#endif
#define TAKEN(h) ((h) & 1)
#define FZ 32
#define MV 64
#define GN 128
#define IDX(t,i) ((t)*NS+(i))
#define REF(l) ((l)&31)
#define BIT(x) (1<<(x))
#define K1 1
#define K2 2
#define K3 3
#define SET 0
#define DEL 4
#define INS 8           /* getOrInsert: only if absent */
#define OPKEY(o) ((o)&3)

byte hash[NT*NS]; byte link[NT*NS]; byte next[NT]; byte root;
byte cap[NT] = NS; short permits[NT] = UNSET;
byte vkey[NV]; short tomb;              /* versions: immutable once published */
bit snapOpen = 1;                       /* "a snapshot needs the tombstones"; falls once */
/* ghosts */
byte slotkey[NT*NS]; byte abs[4]; short seen[NP]; byte actkey[NP];
byte pinned; byte grace[NV]; short retired; short freed;
#ifdef GONE
byte began[NP];                         /* the root that a process began with, + 1; 0: it is at rest */
#define BEGAN(me) began[me] = root + 1
#define RESTS(me) began[me] = 0
#define PASS_GONE :: !h0 && l == GN -> AT_GONE
#ifdef BUG_GONE_ENDS
#define AT_GONE l = 0; if :: aware -> goto onward :: else -> goto absent fi
#else
#define AT_GONE i++; goto probe
#endif
#else
#define BEGAN(me) skip
#define RESTS(me) skip
#endif
byte ndone; byte crashes; bit noplace; byte debt; byte by[NT*NS]; /* the key that a mover claimed it for */
short need1[NT] = UNSET;
#ifdef CRASH
#define MAYDIE if :: crashes < CRASH -> crashes++; goto dead :: skip fi
#else
#define MAYDIE skip
#endif

#ifdef NOFREE
inline pin(me) { skip }
#else
inline pin(me) { pinned = pinned | BIT(me) }
#endif
#ifdef NOFREE            /* leave the grace periods out, to allow more steps */
inline unpin(me) { skip }
inline retire(v) { skip }
#define DEREF(v) skip
#else
inline unpin(me) {
  pinned = pinned & ~BIT(me);
  for (x : 1 .. NV-1) {
    if :: (retired & BIT(x)) && !(freed & BIT(x)) ->
          grace[x] = grace[x] & ~BIT(me);
          if :: grace[x] == 0 -> freed = freed | BIT(x) :: else fi
       :: else fi
  }; x = 0
}
inline retire(v) {
  assert(!(retired & BIT(v)));          /* never twice */
  retired = retired | BIT(v); grace[v] = pinned
}
#define DEREF(v) assert(!(freed & BIT(v)))
#endif
#define VAL(v) ((tomb & BIT(v)) -> 0 : (v))
inline lin(k, nv) {                     /* the abstract map changes here */
  abs[k] = nv;
  for (x : 0 .. NP-1) { if :: actkey[x] == k -> seen[x] = seen[x] | BIT(nv) :: else fi }; x = 0
}
inline begin(me, k) { pin(me); BEGAN(me); actkey[me] = k; seen[me] = BIT(abs[k]) }
inline finish(me) { actkey[me] = 0; seen[me] = 0; RESTS(me); unpin(me) }
inline claim_slot(t, i, k) {            /* ghost: first link of a slot decides its key; one slot a key a table */
#ifndef NOSLOT            /* left out to see what a second slot leads to */
  for (x : 0 .. NS-1) { assert(slotkey[IDX(t,x)] != k) }; x = 0;
#endif
  slotkey[IDX(t,i)] = k
}

/* ghost, after each claim: the slots claimed in a table and its open permits stay within its limit, but for the debts */
#if defined(NOPERMITS) || defined(NOLIMIT)
inline claimed(t) { skip }
#else
inline claimed(t) {
  y = (permits[t] < 0 -> 0 : permits[t]);
  for (x : 0 .. NS-1) { if :: TAKEN(hash[IDX(t,x)]) -> y++ :: else fi }; x = 0;
  assert(y <= LIM(cap[t]) + debt); y = 0
}
#endif

/* add n to the permits of t, if they are open */
inline credit(t, n) {
#ifdef NOPERMITS
  skip
#else
  if
  :: permits[t] >= 0 -> permits[t] = permits[t] + n
#ifdef BUG_CREDIT_CLOSED
  :: else -> permits[t] = ~(~permits[t] + n)
#else
#ifdef BUG_CREDIT_BLIND
  :: else -> permits[t] = permits[t] + n
#else
  :: else
#endif
#endif
  fi
#endif
}

/* the next table of t becomes the root */
inline NEW_ROOT(t) {
  atomic { MAYDIE; if :: root == t -> root = t + 1 :: else fi }
}

/* close the permits of t, choose a next table and link it.  Uses need, c2.  At most one use in a proctype. */
inline START_MIGRATION(t) {
#ifdef NOPERMITS
  atomic { MAYDIE; if :: next[t] == 0 -> next[t] = t + 1 :: else fi };
#else
  atomic { MAYDIE;
#ifdef BUG_PERMITS_OPEN
    need = LIM(cap[t]) - permits[t];
#else
    if :: permits[t] >= 0 -> permits[t] = ~permits[t] :: else fi;
    need = LIM(cap[t]) - ~permits[t];
#ifndef NOAGREE
    assert(need1[t] == UNSET || need1[t] == need); need1[t] = need;     /* everybody computes the same */
#endif
#endif
    assert(need <= LIM(NS));
    c2 = MINCAP;
#ifdef BUG_NEXT_SMALL
    do :: c2 < NS -> c2++ :: break od };
#else
    do :: c2 < NS -> c2++ :: LIM(c2) >= need -> break od };
#endif
  atomic { MAYDIE;
    if
    :: next[t] == 0 -> next[t] = t + 1; cap[t+1] = c2;
#ifdef BUG_NEXT_FULL
       permits[t+1] = LIM(c2)
#else
       permits[t+1] = (LIM(c2) < need -> 0 : LIM(c2) - need)
#endif
    :: else
    fi;
    need = 0; c2 = 0 }
#endif
}

/* the place of a dropped slot: a credit for table t or, with GAIN, a permit for it, if what is at hand is not for another table */
#ifdef GAIN
#define GAINED(t) if :: pm == 0 || pt == t -> pm++; pt = t :: true -> credit(t, 1) fi
#else
#define GAINED(t) credit(t, 1)
#endif
#if defined(NOPERMITS) || (defined(AT_LINK) && !defined(BUG_CREDIT_UNLINKED))
#define CLOSED_UNLINKED mv_done
#define ONWARD_UNLINKED onward
#else
#define CLOSED_UNLINKED mv_credit
#define ONWARD_UNLINKED credit_on
#endif
#ifdef BUG_CREDIT_EMPTY
#define CLOSED_EMPTY mv_credit
#else
#define CLOSED_EMPTY mv_done
#endif
#ifdef GONE
/* Whether no process that began before t was the root is left; the dead are not asked. */
inline look_alone(t) {
  early = 0;
  early = (root != t);
#ifndef BUG_GONE_EARLY
  for (x : 0 .. NP-1) { if :: began[x] != 0 && began[x] <= t -> early = 1 :: else fi }; x = 0
#endif
}
#endif

/* move slot i of table t.  Uses locals l, j, t2, l2, r, x, y. At most one use in a proctype. */
inline MOVE_SLOT(t, i) {
  t2 = t + 1;
mv: atomic { MAYDIE;
    if
    :: hash[IDX(t,i)] == 0 -> l = 0; goto mv_close
    :: hash[IDX(t,i)] == CL -> goto mv_done
    :: else -> l = link[IDX(t,i)]
    fi };
    if
    :: l == 0 -> atomic { MAYDIE;
         if
         :: link[IDX(t,i)] == 0 -> link[IDX(t,i)] = MV; goto CLOSED_UNLINKED
         :: else ->
#ifdef BUG_CREDIT_LOST
            credit(t2, 1);
#endif
            goto mv
         fi }
    :: l == MV -> goto mv_done
#ifdef GONE
    :: l == GN -> atomic { MAYDIE;
         if :: link[IDX(t,i)] == GN -> link[IDX(t,i)] = MV; goto mv_credit :: else -> goto mv fi }
#endif
    :: l & FZ -> r = REF(l); goto mv_copy
    :: else -> r = l
    fi;
#if !defined(BUG_DROP_LATE) && !defined(BUG_NO_DROP)
    if
    :: tomb & BIT(r) ->
       atomic { MAYDIE; if :: !snapOpen -> goto mv_drop :: else fi }
    :: else
    fi;
#endif
#ifdef BUG_NO_FREEZE
    goto mv_copy;
#endif
    atomic { MAYDIE; if :: link[IDX(t,i)] == r -> link[IDX(t,i)] = r | FZ :: else -> goto mv fi };
    goto mv_copy;
mv_drop: /* a tombstone that no snapshot needs goes from ref to MOVED in one CAS: never frozen, never copied */
#ifdef BUG_CREDIT_EARLY
    atomic { MAYDIE; credit(t2, 1) };
#endif
    atomic { MAYDIE;
      if :: link[IDX(t,i)] == r -> link[IDX(t,i)] = MV; retire(r)
         :: else -> goto mv fi };
#if defined(NOPERMITS) || defined(BUG_CREDIT_EARLY)
    goto mv_done;
#endif
mv_credit:
    atomic { MAYDIE; GAINED(t2); goto mv_done };
mv_close:
    atomic { MAYDIE; if :: hash[IDX(t,i)] == 0 -> hash[IDX(t,i)] = CL; goto CLOSED_EMPTY :: else -> goto mv fi };
mv_copy: j = 0;
#ifdef BUG_DROP_LATE
    if
    :: tomb & BIT(r) ->
       atomic { MAYDIE; if :: !snapOpen -> goto mv_droplate :: else fi }
    :: else
    fi;
    goto cp;
mv_droplate:
    atomic { MAYDIE; if :: link[IDX(t,i)] == (r|FZ) -> link[IDX(t,i)] = MV; retire(r) :: else fi }; goto mv_done;
#endif
#ifdef BUG_MOVED_FIRST
    atomic { if :: link[IDX(t,i)] == (r|FZ) -> link[IDX(t,i)] = MV :: else fi };
#endif
cp:
    atomic { MAYDIE;
      DEREF(r);
#ifdef BUG_MOVER_SKIPS
      if :: j == cap[t2] -> goto mv_done :: else fi;
#else
      if
      :: j == cap[t2] ->     /* the next table is full: an entry has no place */
#ifndef STRICT
         if :: debt > SLACK -> goto dead :: else fi;      /* owed: the move cannot go on (the code throws) */
#endif
         noplace = 1; assert(!noplace)
      :: else
      fi;
#endif
      if
      :: FOREIGN(hash[IDX(t2,j)], vkey[r]) -> j++; goto cp
      :: hash[IDX(t2,j)] == 0 -> hash[IDX(t2,j)] = HK(vkey[r]); by[IDX(t2,j)] = vkey[r]; claimed(t2); l2 = 0  /* the CAS that claims; link read with it: still 0 */
      :: hash[IDX(t2,j)] == CL -> l2 = MV
      :: else -> l2 = link[IDX(t2,j)]
      fi };
    if
    :: l2 == MV ->
#ifdef BUG_MOVER_SKIPS
       j++; goto cp
#else
       goto mv_done      /* the next table is being moved itself, so this one was finished long ago */
#endif
    :: l2 == 0 ->
       atomic { MAYDIE;
         if
         :: link[IDX(t2,j)] == 0 ->
            assert(!(retired & BIT(r)));  /* nothing retired is ever published again */
            link[IDX(t2,j)] = r; claim_slot(t2, j, vkey[r])
         :: else ->
#ifdef BUG_COPY_FAIL
            skip
#else
            goto cp
#endif
         fi }
#ifdef GONE
    :: l2 == GN -> assert(false)          /* no mover is left when a slot of the next table loses its key */
#endif
    :: else ->
       atomic { DEREF(REF(l2)); if :: vkey[REF(l2)] == vkey[r] -> skip :: else -> j++; goto cp fi }
    fi;
#ifdef BUG_NO_FREEZE
    atomic { MAYDIE; if :: link[IDX(t,i)] != MV -> link[IDX(t,i)] = MV :: else fi };
#else
    atomic { MAYDIE; assert(link[IDX(t,i)] == (r|FZ) || link[IDX(t,i)] == MV); link[IDX(t,i)] = MV };
#endif
mv_done: skip; l = 0; l2 = 0; j = 0; r = 0; t2 = 0
}

/* gives permits to the root or, if that is closed, to its next table; if both are closed they are lost.  Uses g, l2. */
inline GIVE_BACK() {
  atomic { MAYDIE; g = pm; pm = 0; pt = 0; l2 = root };
  atomic { MAYDIE;
    if
    :: permits[l2] >= 0 -> permits[l2] = permits[l2] + g; g = 0
    :: else
    fi };
  if
  :: g > 0 ->
     atomic { MAYDIE; l2 = next[l2] };
     if :: l2 != 0 -> atomic { MAYDIE; credit(l2, g) } :: else fi
  :: else
  fi;
  g = 0; l2 = 0
}
/* a permit of t for the writer, or `nopermit` */
#ifdef NOPERMITS
#define PERMIT(t) skip
#else
#ifdef CARRY
#define RENEW(t) if :: pm > 0 -> pt = t :: else fi
#else
#define RENEW(t) if :: pm > 0 && pt != t -> GIVE_BACK() :: else fi
#endif
#ifdef BUG_NO_PERMIT
#define PAID (pm > 0 || root < t)
#else
#define PAID (pm > 0)
#endif
#ifdef BUG_TAKE_CLOSED
#define TAKE_CLOSED(t) :: permits[t] < 0 && ~permits[t] > 0 -> pm = 1; pt = t; permits[t]++
#else
#define TAKE_CLOSED(t)
#endif
#define PERMIT(t) RENEW(t); if :: PAID -> skip :: else -> \
  atomic { MAYDIE; \
    if :: permits[t] > 0 -> pm = (permits[t] < BATCH -> permits[t] : BATCH); pt = t; permits[t] = permits[t] - pm \
       TAKE_CLOSED(t) \
       :: else -> goto nopermit fi } fi
#endif
inline spend() { if :: pm > 0 -> pm--; if :: pm == 0 -> pt = 0 :: else fi :: else fi }

#define KEEP if :: paid -> pm++; pt = t; paid = 0 :: else fi

proctype W(byte me; byte op1; byte op2; byte v0) {
  byte t, i, l, j, t2, l2, r, x, y, v, k, op, n, pm, pt, g, c, c2; short need; bit aware, h0, all, late, early, paid;
  v = v0 - 1;
nextop:
  atomic { n++; v++;
    if :: n == 1 -> op = op1 :: n == 2 -> op = op2 :: else -> op = 0 fi;
    if :: op == 0 -> goto fin :: else fi;
    k = OPKEY(op); vkey[v] = k; if :: op & DEL -> tomb = tomb | BIT(v) :: else fi };
  atomic { MAYDIE; begin(me, k); t = root };
enter:
  atomic { MAYDIE; aware = (next[t] != 0); i = 0; c = cap[t] };
probe:
  if :: i == c -> goto at_end :: else fi;
  atomic { MAYDIE;
    if
    :: FOREIGN(hash[IDX(t,i)], k) -> i++; goto probe
    :: hash[IDX(t,i)] == 0 -> h0 = 1; l = 0
    :: hash[IDX(t,i)] == CL -> l = MV; h0 = 1
    :: else -> h0 = 0; l = link[IDX(t,i)]
    fi };
  if
  :: h0 && l == 0 -> goto at_empty
  :: h0 && l == MV ->                      /* CLOSED */
#ifdef BUG_CLOSED_SKIP
     i++; goto probe
#else
     goto onward
#endif
  :: !h0 && l == MV ->
#ifdef BUG_MOVED_JUMP
     goto onward
#else
#ifndef BUG_MOVED_NOAWARE
     aware = 1;
#endif
     i++; goto probe
#endif
  :: !h0 && l == 0 -> goto unlinked
#ifdef GONE
#ifdef BUG_GONE_REUSED
  :: !h0 && l == GN -> if :: aware || (op & DEL) -> i++; goto probe :: else -> goto reuse fi
#else
  :: !h0 && l == GN -> i++; goto probe
#endif
#endif
  :: else -> skip
  fi;
  atomic { DEREF(REF(l)); if :: vkey[REF(l)] != k -> i++; goto probe :: else fi };
  if :: l & FZ -> goto help :: else fi;
  /* the key's live slot */
  if
  :: (op & DEL) && (tomb & BIT(l)) -> atomic { assert(seen[me] & BIT(0)); goto ack }
  :: (op & INS) && !(tomb & BIT(l)) -> atomic { assert(seen[me] & BIT(l)); goto ack }
  :: else
  fi;
  atomic { MAYDIE;
    if
    :: link[IDX(t,i)] == l ->
       link[IDX(t,i)] = v;
       assert(abs[k] == VAL(l));           /* no lost update: what was replaced is the current value */
       lin(k, VAL(v)); retire(l);
#ifdef GONE
       if :: op & DEL -> skip :: else -> goto ack fi
#else
       goto ack
#endif
    :: else -> goto probe
    fi };
#ifdef GONE
  atomic { MAYDIE; if :: snapOpen -> goto ack :: else fi };
  atomic { MAYDIE; look_alone(t); if :: early -> early = 0; goto ack :: else fi };
  atomic { MAYDIE;
    if
    :: link[IDX(t,i)] == v -> link[IDX(t,i)] = GN; slotkey[IDX(t,i)] = 0; retire(v)
    :: else
    fi;
    goto ack };
#ifdef BUG_GONE_REUSED
reuse:
  atomic { MAYDIE;
    if :: link[IDX(t,i)] == GN -> link[IDX(t,i)] = v; claim_slot(t, i, k); lin(k, v); goto ack :: else -> goto probe fi };
#endif
#endif
at_empty:
#ifdef FINISH_FIRST
  atomic { MAYDIE; if :: !(op & DEL) && !aware && root < t -> goto finish_first :: else fi };
#endif
  if
  :: aware && (op & DEL) -> goto onward    /* nothing to close for: it only asks */
  :: aware && !(op & DEL) ->
#ifdef BUG_NO_CLOSE
     goto onward
#else
     atomic { MAYDIE; if :: hash[IDX(t,i)] == 0 -> hash[IDX(t,i)] = CL; goto onward :: else -> goto probe fi }
#endif
  :: !aware && (op & DEL) -> atomic { assert(seen[me] & BIT(0)); goto ack }
  :: else -> skip
  fi;
  PERMIT(t);
#ifdef BUG_REUSE_PERMIT
  atomic { MAYDIE; if :: next[t] != 0 -> credit(t + 1, 1) :: else fi };
#endif
#if !defined(AT_LINK) && !defined(BUG_SPEND_LATE) && !defined(NOPERMITS)
  atomic { MAYDIE; if :: pm > 0 -> spend(); paid = 1 :: else fi };
#endif
  atomic { MAYDIE;
    if
    :: hash[IDX(t,i)] == 0 -> hash[IDX(t,i)] = HK(k); paid = 0;
#ifdef BUG_GIVE_CLAIMED
       if :: permits[t] >= 0 -> spend(); permits[t]++; goto unlinked :: else fi;
#endif
       claimed(t);
#ifdef BUG_SPEND_LATE
#ifdef RECOVER
       late = 1                            /* used, but it does not say so yet: matters only if a survivor looks */
    :: else -> goto probe
    fi };
  atomic { MAYDIE;
    if
    :: late -> late = 0;
#endif
       spend();
#endif
       goto linkit
    :: else -> KEEP; goto probe
    fi };
unlinked:
#ifdef FINISH_FIRST
  atomic { MAYDIE; if :: !(op & DEL) && !aware && root < t -> goto finish_first :: else fi };
#endif
  if
#ifndef BUG_UNLINKED
  :: aware && !(op & DEL) -> atomic { MAYDIE; if :: link[IDX(t,i)] == 0 -> link[IDX(t,i)] = MV; goto ONWARD_UNLINKED :: else -> goto probe fi }
#endif
  :: aware && (op & DEL) -> goto onward
  :: !aware && (op & DEL) -> atomic { assert(seen[me] & BIT(0)); goto ack }
  :: else -> skip
  fi;
#ifdef AT_LINK
  PERMIT(t);
#else
#if !defined(BUG_FREE_LINK) && !defined(NOPERMITS)
  atomic { MAYDIE; if :: root == t -> goto linkit :: else fi };
  PERMIT(t);
  atomic { MAYDIE; if :: pm > 0 -> spend(); paid = 1 :: else fi };
#endif
#endif
linkit:
  atomic { MAYDIE;
    if
    :: link[IDX(t,i)] == 0 ->
       link[IDX(t,i)] = v; claim_slot(t, i, k);
       assert(abs[k] == 0);             /* an insert: the key was absent */
#ifdef AT_LINK
       spend();
#else
       if :: by[IDX(t,i)] != 0 && by[IDX(t,i)] != k && !paid -> debt++ :: else fi;
       paid = 0;
#endif
       lin(k, v); goto ack
    :: else -> KEEP; goto probe
    fi };
#if !defined(NOPERMITS) && (!defined(AT_LINK) || defined(BUG_CREDIT_UNLINKED))
credit_on:
  atomic { MAYDIE; GAINED(t + 1); goto onward };
#endif
help:
#ifdef BUG_WAIT
  goto probe;
#endif
  MOVE_SLOT(t, i);
  if
  :: !all -> goto onward
  :: all && i + 1 < c -> i++; goto help
  :: else -> all = 0
  fi;
  NEW_ROOT(t);
  goto onward;
#if defined(FINISH_FIRST) || !defined(NOPERMITS)
finish_first:                            /* a new slot in a table that is not yet the root: finish the move first */
  atomic { t = t - 1; c = cap[t]; i = 0; all = 1; l = 0; goto help };
#endif
at_end:
  if
  :: next[t] != 0 -> skip
  :: next[t] == 0 && (op & DEL) -> assert(seen[me] & BIT(0)); goto ack
  :: next[t] == 0 && !(op & DEL) ->
#if !defined(NOPERMITS) && !defined(NOLIMIT)
     assert(pm == 0 || pt != t || debt > SLACK);           /* a permit is worth a slot */
#endif
     goto nopermit
  fi;
  goto onward;
nopermit:
#ifdef BUG_PERMITS_WAIT
  if :: permits[t] < 0 && next[t] == 0 -> goto nopermit :: else fi;
#endif
#if defined(FINISH_FIRST) || !defined(NOPERMITS)
#ifndef BUG_NEXT_EARLY
  atomic { MAYDIE; if :: root < t -> goto finish_first :: else fi };
#endif
#endif
#ifdef GIVEUP
#ifdef BUG_NEXT_EARLY
  if :: t + 1 == NT -> goto ack :: else fi;
#else
  if :: root < t || t + 1 == NT -> goto ack :: else fi;   /* no place, and this table cannot migrate yet: leave undone */
#endif
#endif
#ifndef BUG_NEXT_EARLY
  assert(root >= t);
#endif
  assert(t + 1 < NT);
  START_MIGRATION(t);
#ifndef NOPERMITS
  goto enter;
#else
  goto onward;
#endif
onward:
  atomic { t = t + 1; assert(t < NT); l = 0; goto enter };
ack:
  atomic { finish(me); l = 0; i = 0; t = 0; c = 0; aware = 0; h0 = 0;
    if :: pm > 0 && n < 2 && op2 != 0 -> skip :: else -> goto nextop fi };
  if                                       /* permits that are left: kept, or given back */
  :: skip
  :: GIVE_BACK()
  fi;
  goto nextop;
dead: skip;
#ifdef RECOVER
  if
  :: skip
  :: pm > 0 ->                             /* a survivor returns what the dead had */
     atomic {
#ifdef AT_LINK
#ifndef BUG_RETURN_ALL
       pm--
#else
       skip
#endif
#else
       if :: late -> debt++; late = 0 :: else fi
#endif
     };
     GIVE_BACK()
  fi;
#endif
fin: atomic { ndone++ }
}

/* a process that starts and finishes migrations, `passes` times at most, visiting the slots from slot `first` on */
proctype M(byte me; byte passes; byte first) {
  byte t, i, l, j, t2, l2, r, x, y, c, m, c2; short need;
#ifdef GAIN
  byte pm, pt;
#endif
again:
  if :: passes == 0 -> goto fin :: else -> passes-- fi;
  atomic { MAYDIE; pin(me); BEGAN(me); t = root; m = cap[t] };
  if :: t + 1 == NT -> goto out :: else fi;
  START_MIGRATION(t);
  atomic { i = first; c = 0 };
  do
  :: c == m -> break
  :: else -> MOVE_SLOT(t, i); i = (i + 1) % m; c++
  od;
  NEW_ROOT(t);
out:
  atomic { RESTS(me); unpin(me); i = 0; t = 0; c = 0; m = 0; goto again };
dead: skip;
fin: atomic { ndone++ }
}

/* reads key k (0: any) n times */
proctype R(byte me; byte key; byte n) {
  byte t, i, l, k, x, c; bit aware, h0;
again:
  if :: n == 0 -> goto fin :: else -> n-- fi;
  if :: key == 0 -> if :: k = K1 :: k = K2 fi :: else -> k = key fi;
  atomic { begin(me, k); t = root };
enter: atomic { i = 0; aware = 0; c = cap[t] };
probe:
  if :: i == c -> goto ends :: else fi;
  atomic {
    if
    :: FOREIGN(hash[IDX(t,i)], k) -> i++; goto probe
    :: hash[IDX(t,i)] == 0 -> h0 = 1; l = 0
    :: hash[IDX(t,i)] == CL -> l = MV; h0 = 1
    :: else -> h0 = 0; l = link[IDX(t,i)]
    fi };
  if
  :: h0 && l == MV ->
#ifdef BUG_CLOSED_SKIP
     i++; goto probe
#else
     goto onward
#endif
  :: !h0 && l == MV ->
#ifdef BUG_MOVED_JUMP
     goto onward
#else
#ifndef BUG_MOVED_NOAWARE
     aware = 1;
#endif
     i++; goto probe
#endif
  :: l == 0 -> if :: aware -> goto onward :: else -> goto absent fi
#ifdef GONE
  PASS_GONE
#endif
  :: else
  fi;
  atomic { DEREF(REF(l)); if :: vkey[REF(l)] != k -> i++; goto probe :: else fi };
  atomic { assert(seen[me] & BIT(VAL(REF(l)))); goto ack };
ends:
  atomic { if :: next[t] != 0 -> goto onward :: else fi };
absent:
  atomic { assert(seen[me] & BIT(0)); goto ack };
onward:
  atomic { t = t + 1; assert(t < NT); goto enter };
ack:
  atomic { finish(me); l = 0; i = 0; t = 0; aware = 0; h0 = 0; k = 0; c = 0; goto again };
fin: atomic { ndone++ }
}

proctype Env() { snapOpen = 0 }

inline put(i, v, k) { hash[i] = HK(k); link[i] = v; vkey[v] = k; slotkey[i] = k; abs[k] = v }

init {
  byte k, t, i, x, n; bit aware, found;
  atomic {
    START
#ifndef NOPERMITS
    if
    :: permits[0] == UNSET ->                 /* a start may set permits[0] lower: permits of the dead */
       permits[0] = LIM(cap[0]);
       for (x : 0 .. NS-1) { if :: TAKEN(hash[x]) -> permits[0]-- :: else fi }; x = 0
    :: else
    fi;
    assert(permits[0] >= 0)
#endif
  }
  (ndone == n);
  /* quiescent: what a reader finds is the abstract map */
  d_step {
    for (k : 1 .. 3) {
      t = root; i = 0; aware = 0; found = 0; x = 0;
      do
      :: found -> break
      :: i == cap[t] && (next[t] == 0) -> break
      :: i == cap[t] && next[t] != 0 && !found -> t++; i = 0; aware = 0
      :: i < cap[t] && !found ->
         if
         :: FOREIGN(hash[IDX(t,i)], k) -> i++
         :: hash[IDX(t,i)] == CL -> t++; i = 0; aware = 0
         :: !FOREIGN(hash[IDX(t,i)], k) && (hash[IDX(t,i)] == 0 || link[IDX(t,i)] == 0) && !aware -> break
         :: !FOREIGN(hash[IDX(t,i)], k) && (hash[IDX(t,i)] == 0 || link[IDX(t,i)] == 0) && aware -> t++; i = 0; aware = 0
         :: !FOREIGN(hash[IDX(t,i)], k) && link[IDX(t,i)] == MV -> aware = 1; i++
         :: !FOREIGN(hash[IDX(t,i)], k) && link[IDX(t,i)] == GN -> i++
         :: else ->
            x = REF(link[IDX(t,i)]);
            if :: vkey[x] == k -> found = 1; assert(!(retired & BIT(x))) :: else -> x = 0; i++ fi
         fi
      od;
      if :: !found -> assert(abs[k] == 0) :: else -> assert(abs[k] == VAL(x)) fi
    };
  }
}
