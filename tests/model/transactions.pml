/*
 * Transactions over several keys: commit records, provisional versions, guards.
 *
 * The table is one link word per key (MOVE, GONES: one in each of two places); two keys, always installed in the order A, B.
 * One Promela step = one access to a shared word (plus private work, and words that are final once they are read).
 * Grace periods are exact: what is retired is freed when no process is left that was pinned then; it is never reused, so every
 * later access is caught, and so is what is freed while a link leads to it.
 *
 * The protocol.  A commit record c has a status: DRAFT while its owner makes its versions, 0 installing, READY all is
 * installed, then a tick (committed) or VOID.  For each key it names the version `old` that it relies on, and what takes its
 * place: a new version, or (keys that are only read) a guard, which is part of c.  Both are provisional: their stamp is TX+c,
 * their prev is old, which was settled and pruned before.  A key that is absent gets a tombstone first, like any that was
 * deleted: it may be dropped again before c is installed, and then c is VOID.
 *   install   in the order of keys: CAS link old -> new; then look at the status again: VOID (or, for a guard, a tick): undo
 *   undo      CAS link new -> old.  Whoever meets a provisional record without effect (VOID, or the guard of a decided record)
 *             may do it; nobody but the owner of c retires what c made
 *   decide    a link that is neither old nor new: CAS status 0 -> VOID.  All installed: CAS 0 -> READY; whoever meets READY
 *             reads the clock, says that something is written at that tick, and CASes READY -> tick.  That is the moment of
 *             effect of all its versions
 *   readers   read prev, then the status: 0 or VOID: prev is the value; READY: they decide it.  They never help or wait
 *   writers   help a record that is not decided, and undo or settle what they meet; only a settled, pruned version is replaced,
 *             and no provisional tombstone is dropped
 *   owner     after the decision: CAS the stamps TX+c -> tick and prune, or undo; then c (its guards, if VOID its versions)
 *             stays in limbo for TWO grace periods: first until no helper is left that saw it undecided and may install late
 *             (it undoes that before it unpins), then until nobody is left who met what those installed
 *   recovery  drives the record that the dead was helping, undoes what has no effect; becomes the owner of the dead's own record,
 *             by a word in it, and does the owner's work; and only then clears the pin.  A recoverer may die at each step, and
 *             the next one goes on from what the records say
 *
 * Ghosts.  now counts the moments of effect; bt[v] the one at which v came into effect, dt[v] the one at which it was
 * replaced; eff[k] what is in effect (0: the key is absent, and has no tombstone); absd[k] the moment at which it was last
 * absent no more.  A read must return what was in effect at one moment while it ran; a snapshot shows what took effect
 * before it was opened, nothing that was not READY (or linked) when it was open, the same for ever, and each transaction whole
 * or not at all; a transaction takes effect when all that it relies on is in effect, and ticks follow that order.  Each
 * transaction that takes effect is counted once.
 *
 * Without a switch that begins with BUG_ this is the protocol.
 *   BUG_PREV_LATE      a reader reads the status first, then prev (which may be pruned by then)
 *   BUG_SKIP_READY     a reader takes READY for "not yet"
 *   BUG_TICK_EARLY     one step decides: the clock is read, then CAS status 0 -> tick
 *   BUG_WRITTEN_LATE   WRITTEN: who decides says that something is written at the tick after that
 *   BUG_NO_LOOK        a helper does not look at the status again after it installed something
 *   BUG_LOOK_VOID      ... and looks for VOID only: a guard of a committed record stays
 *   BUG_ONE_GRACE      c stays in limbo for one grace period
 *   BUG_FREE_NOW       ... or not at all: the owner frees it when it has undone everything
 *   BUG_GUARD_EARLY    a guard is undone as soon as c is READY
 *   BUG_NO_GUARD       reads are only looked at again before READY, not guarded
 *   BUG_UNDO_RETIRES   who undoes a version retires it
 *   BUG_OVERWRITE      a writer replaces a provisional version of an undecided record
 *   BUG_VOID_FIRST     a writer takes an undecided record for VOID, and undoes it, without deciding
 *   BUG_REC_PIN        recovery clears the pin of a dead helper without undoing what it installed
 *   BUG_REC_OWNER      recovery leaves an undecided record of the dead as it is
 *   BUG_REC_BLIND      recovery retires the record of the dead without looking whether that was done
 *   BUG_REC_CLEAR      a recoverer clears the word of the dead before its own record leads to c
 *   BUG_REC_BOTH       a recoverer takes c over without saying so in c
 *   BUG_COUNT_LATE     the record does not say that c is being counted
 *   BUG_NO_STAMPS      the owner retires c and leaves the stamps of its versions to whoever meets them
 *   BUG_NO_TRIM_OLD    the owner does not prune what it relies on
 *   BUG_MOVED_UNDO     who undoes takes a frozen link for gone
 *   BUG_DROP_PART      a provisional tombstone is dropped like any other
 *   BUG_ABSENT_BLIND   a transaction installs nothing for a key that is absent without a tombstone
 *   BUG_DROP_YOUNG     a tombstone is dropped although an open snapshot needs what it replaced
 *   BUG_DROP_OTHERS    (GIVES) who gives up drops what it finds in the place of its own tombstone
 *   BUG_ORDER          c2 installs in the order B, A (helpers go round in circles)
 *   BUG_WALL_FIRST     EXPIRY: the wall clock is looked at before READY only
 *   BUG_ONE_LOOK       EXPIRY: a reader does not look up again what seems to be over
 *   ABORTS   a writer makes an undecided record VOID instead of helping: as safe, but two can keep each other from getting on
 *   GIVES    (with GONES) who gives up drops the tombstones that it linked for absent keys, if they are still there
 *   MOVE     a table is being moved: a process Mv, which drops tombstones that nobody needs
 *   GONES    who deletes a key drops the tombstone at once, if nobody needs it; the key comes back in another slot
 *   WRITTEN  the clock goes on only if something was written at its tick
 *   CRASH=n  n workers may die, at any step of P; NOREC: and nobody recovers them; RECDIE: recoverers, too
 *   EXPIRY   version 1 expires when `over` rises
 */
#ifndef NSN
#define NSN 1
#endif
#ifndef NK
#define NK 2            /* keys */
#endif
#define NC 3            /* commit records, from 1 */
#define NV 14           /* 1..NK: what is there at first; then NEWV(c,k); single writes, and tombstones of absent keys, from 9 on */
#define F 32            /* prev is final */
#define FZ 64           /* link is frozen */
#define MV 128          /* link: look in the next table */
#define GONE 96         /* link: the slot had the key, and has none any more */
#define PENDING 255
#define TX 64           /* stamp of a provisional record of c: TX + c */
#define READY 100
#define VOID 101
#define DRAFT 102
#define ABSENT 30       /* what a snapshot shows of a key that is absent */
#define NEVER 255
#define A 0
#define B 1
#define D 2
#define BIT(x) (1<<(x))
#define REF(p) ((p)&31)
#define E(c,k) ((c)*NK+(k))
#define NEWV(c,k) (1+NK*(c)+(k))
#define PARTOF(v) (((v)-1)/NK)        /* the commit record of a provisional one */
#define ISPART(v) ((v) > NK && PARTOF(v) < NC)
#define WR 8            /* op: write key (op-WR)&3, or delete it (+DL) */
#define DL 4
#define TXO 16          /* op: transaction op-TXO */
#define RECO 32         /* op: recover the dead */
#define ALL(c) (wset[c]|gset[c])
#define GUARD(c,k) (gset[c] & BIT(k))
#ifdef BUG_ORDER
#define KEY(c,i) ((c) == 2 -> NK-1-(i) : (i))
#else
#define KEY(c,i) (i)
#endif

byte clock = 2; byte link[2*NK]; byte stamp[NV]; byte prev[NV];
byte status[NC]; byte old[NC*NK]; byte wset[NC]; byte gset[NC];
byte reg[NSN];
byte ptx[6]; byte phelp[6];             /* words of the participants' records: own commit record (+ COUNTING), the one being helped */
byte owner[NC]; byte delta[NC]; byte sum[6]; byte ahead[6]; /* what c is to be counted as, and what the records have counted */
#define COUNTING 8
bit over;
#ifdef WRITTEN
byte written = 1;
#define ANNOUNCE(t) atomic { MAYDIE; if :: written < t -> written = t :: else fi }
#ifdef BUG_WRITTEN_LATE
#define BEFORE(t) skip
#define AFTER(t) ANNOUNCE(t)
#else
#define BEFORE(t) ANNOUNCE(t)
#define AFTER(t) skip
#endif
#else
#define BEFORE(t) skip
#define AFTER(t) skip
#endif
/* ghosts */
byte now; byte bt[NV]; byte dt[NV] = NEVER; byte eff[NK]; byte vkey[NV]; byte lastt[NK]; short ready; byte ce[NC]; byte after[NV];
byte shows[NSN*NK];                     /* what an open snapshot has shown of a key */
byte since[NSN*NK];                     /* the transactions that had taken effect in it by then */
short tomb; byte absd[NK];
bit recovering;
byte pinned; byte grace[NV]; short published; short retired; short freed; short held;
byte cgrace[NC]; byte cstage[NC];       /* 0 in use, 1, 2 in limbo, 3 freed */
byte ndone; byte nwork; byte crashes; byte dead; bit saidgone; byte committed; byte voided;
#define IS_ABSENT(w) ((w) == 0 || (tomb & BIT(w)))
#ifdef RECDIE
#define MORTAL true
#else
#define MORTAL (op != RECO)
#endif

#ifdef CRASH
#define MAYDIE if :: crashes < CRASH && MORTAL -> crashes++; goto died :: skip fi
#else
#define MAYDIE skip
#endif
#define DEREF(v) assert(!(freed & BIT(v)))
#define DEREFC(c) assert(cstage[c] != 3)

inline notlinked(v) {                   /* what is freed is not linked */
  assert(REF(link[0]) != v && REF(link[1]) != v && REF(link[2]) != v && REF(link[3]) != v);
#if NK == 3
  assert(REF(link[4]) != v && REF(link[5]) != v)
#endif
}
inline freev(v) { notlinked(v); freed = freed | BIT(v) }
inline freec(c) {
  cstage[c] = 3;
  for (y : 0 .. NK-1) {
    if :: (gset[c] & BIT(y)) || ((status[c] == VOID || status[c] == DRAFT) && (wset[c] & BIT(y))) ->
          assert(!(retired & BIT(NEWV(c,y)))); freev(NEWV(c,y))
       :: else fi
  }; y = 0
}
inline passc(c) {                       /* its grace period is over */
  if
#ifndef BUG_ONE_GRACE
  :: cstage[c] == 1 && pinned != 0 -> cstage[c] = 2; cgrace[c] = pinned
#endif
  :: else -> freec(c)
  fi
}
inline retirec(c) {
  assert(cstage[c] == 0);
#ifdef BUG_FREE_NOW
  freec(c)
#else
  cstage[c] = 1; cgrace[c] = pinned; if :: pinned == 0 -> passc(c) :: else fi
#endif
}
inline pin(m) { pinned = pinned | BIT(m) }
inline unpin(m) {
  pinned = pinned & ~BIT(m);
  for (x : 1 .. NV-1) {
    if :: (retired & BIT(x)) && !(freed & BIT(x)) ->
          grace[x] = grace[x] & ~BIT(m); if :: grace[x] == 0 -> freev(x) :: else fi
       :: else fi
  };
  for (x : 1 .. NC-1) {
    if :: cstage[x] == 1 || cstage[x] == 2 ->
          cgrace[x] = cgrace[x] & ~BIT(m); if :: cgrace[x] == 0 -> passc(x) :: else fi
       :: else fi
  }; x = 0
}
inline retire(v) {
  assert(!(retired & BIT(v)) && !(held & BIT(v)));
  retired = retired | BIT(v); grace[v] = pinned; if :: grace[v] == 0 -> freev(v) :: else fi
}
inline showed(k, t) {                   /* what a snapshot has shown does not change */
  for (y : 0 .. NSN-1) {
    if :: shows[y*NK+k] != 0 -> assert(reg[y] < t) :: else fi
  }; y = 0;
  if :: eff[k] != 0 -> assert(after[eff[k]] <= t) :: else fi /* nor is what a read returned older than a snapshot that was open before it began */
}
#define TAKES_EFFECT(k, v) \
  if :: IS_ABSENT(eff[k]) && !IS_ABSENT(v) -> absd[k] = now :: else fi; \
  dt[eff[k]] = now; bt[v] = now; eff[k] = v
#define WAS_ABSENT(k, t) (IS_ABSENT(eff[k]) || absd[k] > (t))
#define NEEDED(v) (reg[j] == PENDING || (reg[j] != 0 && reg[j] < stamp[v]))
inline dropped(k, v) { assert(eff[k] == v && IS_ABSENT(v)); eff[k] = 0; retire(v) }
inline effect(v, t) {                   /* a single write takes effect */
  assert(eff[vkey[v]] == REF(prev[v]) && stamp[eff[vkey[v]]] <= t);
  assert(lastt[vkey[v]] <= t); lastt[vkey[v]] = t;
  if :: IS_ABSENT(eff[vkey[v]]) && IS_ABSENT(v) -> skip :: else -> showed(vkey[v], t) fi;
  now++; TAKES_EFFECT(vkey[v], v); stamp[v] = t
}
inline effectc(c, t) {                  /* a transaction does */
#ifdef EXPIRY
  assert(!saidgone);
#endif
  now++; status[c] = t; committed++; ce[c] = now;
  for (x : 0 .. NK-1) {
    if :: ALL(c) & BIT(x) -> assert(eff[x] == old[E(c,x)] && stamp[eff[x]] <= t && lastt[x] <= t); lastt[x] = t :: else fi;
    if :: wset[c] & BIT(x) ->
          if :: IS_ABSENT(eff[x]) && IS_ABSENT(NEWV(c,x)) -> skip :: else -> showed(x, t) fi;
          TAKES_EFFECT(x, NEWV(c,x))
       :: else fi
  }; x = 0
}
inline isready(c) {
  for (x : 0 .. NK-1) { if :: wset[c] & BIT(x) -> ready = ready | BIT(NEWV(c,x)) :: else fi }; x = 0
}
inline SEE(k) {                         /* where the key is, and its link */
  atomic { MAYDIE; idx = k; l = link[k] };
#if defined(MOVE) || defined(GONES)
  if :: l == MV || l == GONE -> atomic { MAYDIE; idx = NK + k; l = link[NK+k]; assert(l != GONE) } :: else fi
#endif
}
#ifdef MOVE
#define FROZEN_HERE (l & FZ)
#else
#define FROZEN_HERE false
#endif
inline MOVE_IT(k) {
  atomic { MAYDIE; if :: link[NK+k] == 0 -> link[NK+k] = REF(l) :: else fi };
  atomic { MAYDIE; link[k] = MV }
}
#ifdef BUG_LOOK_VOID
#define LOOKS_BAD(c,k) (status[c] == VOID)
#else
#define LOOKS_BAD(c,k) (status[c] == VOID || (status[c] != READY && GUARD(c,k)))
#endif

proctype P(byte me; byte op1; byte op2; byte v0) {
  byte n, op, k, v, r, w, l, idx, c, c2, tg, h, i, hk, st, ck, p, pp, j, x, y, ret, uk, uv, uret, dm; bit needed, phase1, phase2;
  v = v0 - 1;
nextop:
  atomic { n++; if :: n == 1 -> op = op1 :: n == 2 -> op = op2 :: else -> op = 0 fi;
    if :: op == 0 -> goto fin
       :: op == RECO -> skip
       :: op != 0 && op < TXO -> k = (op - WR) & 3; v++; vkey[v] = k; if :: (op - WR) & DL -> tomb = tomb | BIT(v) :: else fi
       :: op >= TXO && op != RECO -> c = op - TXO; k = 0
    fi };
  if
  :: op == RECO -> goto reco
  :: else -> atomic { MAYDIE; pin(me) }
  fi;
  if :: op >= TXO -> goto prepare :: else fi;

resolve:                                /* r: the newest version of k, settled and trimmed */
  SEE(k);
  if :: FROZEN_HERE -> MOVE_IT(k); goto resolve :: else fi;
  if :: REF(l) == 0 -> goto none :: else fi;
  atomic { r = REF(l); MAYDIE; DEREF(r); st = stamp[r]; if :: st >= TX -> c2 = st - TX :: else -> w = r; goto settle fi };
#ifdef BUG_OVERWRITE
  w = r; goto resolved;
#endif
  atomic { MAYDIE; DEREFC(c2); st = status[c2];
    if
    :: st == 0 || st == READY ->
#ifdef BUG_VOID_FIRST
       uk = k; uv = r; uret = 1; goto undo
#endif
#ifdef BUG_GUARD_EARLY
       if :: st == READY && GUARD(c2,k) -> uk = k; uv = r; uret = 1; goto undo :: else fi;
#endif
       tg = c2; h = c2; ret = 1;
#ifdef ABORTS
       if :: st == 0 && op < TXO -> goto abort :: else fi;
#endif
       goto help
    :: st == VOID || (st != 0 && st != READY && GUARD(c2,k)) -> uk = k; uv = r; uret = 1; goto undo
    :: else
    fi };
  atomic { MAYDIE; DEREF(r); if :: stamp[r] == TX + c2 -> stamp[r] = st :: else fi; st = 0; c2 = 0; goto resolve };
#ifdef ABORTS
abort: atomic { MAYDIE; if :: status[h] == 0 -> status[h] = VOID; voided++ :: else fi; h = 0; tg = 0; goto resolve };
#endif

settle:                                 /* w; then trim it; then phase says where to go on */
  atomic { MAYDIE; DEREF(w); if :: stamp[w] != 0 -> goto trim :: else -> ck = clock fi };
  BEFORE(ck);
  atomic { MAYDIE; DEREF(w); if :: stamp[w] == 0 -> effect(w, ck) :: else fi };
  AFTER(ck);
  ck = 0;
trim:
#ifdef BUG_NO_TRIM_OLD
  if :: !phase1 && !phase2 && op >= TXO -> goto trimmed :: else fi;
#endif
  atomic { MAYDIE; DEREF(w); p = prev[w]; if :: p & F -> goto trimmed :: else -> DEREF(p); needed = 0; j = 0 fi };
  do
  :: j == NSN || needed -> break
  :: else -> atomic { MAYDIE;
       if :: reg[j] == PENDING -> needed = 1
          :: reg[j] != 0 && reg[j] != PENDING && stamp[p] <= reg[j] && reg[j] < stamp[w] -> needed = 1
          :: else fi; j++ }
  od;
  if
  :: needed -> atomic { MAYDIE; DEREF(w); if :: prev[w] == p -> prev[w] = p | F; assert(!(held & BIT(p))); held = held | BIT(p) :: else fi }
  :: else -> atomic { MAYDIE; DEREF(p); pp = prev[p]; assert(pp & F) };
       atomic { MAYDIE; DEREF(w); if :: prev[w] == p -> prev[w] = pp | F; retire(p) :: else fi }
  fi;
trimmed:
  atomic { p = 0; pp = 0; j = 0; needed = 0; ck = 0; st = 0;
    if :: phase1 && !IS_ABSENT(v) -> goto done :: phase1 && IS_ABSENT(v) -> goto drop :: phase2 -> phase2 = 0; st = status[c]; goto own_back :: !phase1 && !phase2 && op >= TXO -> goto prepared :: else fi };
resolved:
  if :: (op - WR) & DL && tomb & BIT(r) -> goto done :: else fi;
  atomic { MAYDIE;
    if :: link[idx] == r -> prev[v] = r; link[idx] = v; published = published | BIT(v); ready = ready | BIT(v); w = v; phase1 = 1; goto settle
       :: else -> goto resolve fi };
none:                                   /* the key is absent, and has no tombstone */
  if
  :: op < TXO && (op - WR) & DL -> goto done
  :: op < TXO && !((op - WR) & DL) ->
     atomic { MAYDIE;
       if :: link[idx] == 0 -> prev[v] = F; link[idx] = v; published = published | BIT(v); ready = ready | BIT(v); w = v; phase1 = 1; goto settle
          :: else -> goto resolve fi }
  :: else ->
#ifdef BUG_ABSENT_BLIND
     r = 0; goto prepared;
#endif
     atomic { MAYDIE;
       if :: link[idx] == 0 -> v++; vkey[v] = k; tomb = tomb | BIT(v); prev[v] = F; link[idx] = v; published = published | BIT(v) :: else fi;
       goto resolve }
  fi;
drop:                                   /* the tombstone v, at once */
#ifdef GONES
  j = 0;
#ifndef BUG_DROP_YOUNG
  if :: REF(prev[v]) == 0 -> j = NSN :: else fi;
  do :: j == NSN -> break
     :: else -> atomic { MAYDIE; if :: NEEDED(v) -> j = 0; goto done :: else -> j++ fi }
  od;
#endif
  atomic { MAYDIE; j = 0; if :: idx < NK && link[idx] == v -> link[idx] = GONE; dropped(k, v) :: else fi };
#endif
  goto done;

prepare:                                /* what the transaction relies on */
  if :: k == NK -> goto begin :: k < NK && !(ALL(c) & BIT(k)) -> k++; goto prepare :: else -> goto resolve fi;
prepared:
  atomic { old[E(c,k)] = r; k++; goto prepare };
begin:
  atomic { k = 0;
    do :: k == NK -> break
       :: k < NK && (ALL(c) & BIT(k)) -> stamp[NEWV(c,k)] = TX + c; prev[NEWV(c,k)] = old[E(c,k)]; vkey[NEWV(c,k)] = k; k++
       :: else -> k++ od;
    k = 0; r = 0; w = 0; owner[c] = me; delta[c] = 1; status[c] = DRAFT; ptx[me] = c };
  atomic { MAYDIE; status[c] = 0; tg = c; h = c; ret = 2; goto help };

help:                                   /* drives h to its decision, then tg; ret says where to go on */
  i = 0;
help_next:
  atomic { if :: i == NK -> goto help_ready :: else -> hk = KEY(h,i) fi;
#ifdef BUG_NO_GUARD
    if :: GUARD(h,hk) -> goto check :: else fi;
#endif
#ifdef BUG_ABSENT_BLIND
    if :: old[E(h,hk)] == 0 -> i++; goto help_next :: else fi;
#endif
    if :: !(ALL(h) & BIT(hk)) -> i++; goto help_next :: else fi };
help_entry:
  atomic { MAYDIE; phelp[me] = h; DEREFC(h); if :: status[h] != 0 -> goto help_decide :: else fi };
  SEE(hk);
  if :: FROZEN_HERE -> MOVE_IT(hk); goto help_entry :: else fi;
  if
  :: REF(l) == NEWV(h,hk) -> i++; goto help_next
  :: REF(l) == old[E(h,hk)] -> goto install
  :: REF(l) == 0 -> goto fail           /* the tombstone was dropped */
  :: else
  fi;
  atomic { MAYDIE; w = REF(l); DEREF(w); if :: stamp[w] >= TX -> c2 = stamp[w] - TX :: else -> goto fail fi };
  atomic { MAYDIE; DEREFC(c2); st = status[c2];
    if
    :: st == 0 || st == READY -> h = c2; st = 0; goto help
    :: st == VOID || (st != 0 && st != READY && GUARD(c2,hk)) -> uk = hk; uv = w; uret = 2; goto undo
    :: else -> goto fail
    fi };
install:
  atomic { MAYDIE;
    if :: link[idx] == old[E(h,hk)] -> link[idx] = NEWV(h,hk); published = published | BIT(NEWV(h,hk))
       :: else -> goto help_entry fi };
#ifdef BUG_NO_LOOK
  i++; goto help_next;
#endif
  atomic { MAYDIE; DEREFC(h);
    if
    :: status[h] == 0 -> i++; goto help_next
    :: status[h] != 0 && LOOKS_BAD(h,hk) -> uk = hk; uv = NEWV(h,hk); uret = 3; goto undo
    :: else -> goto help_decide          /* others went on */
    fi };
#ifdef BUG_NO_GUARD
check: SEE(hk);
  if :: REF(l) == old[E(h,hk)] -> i++; goto help_next :: else -> goto fail fi;
#endif
fail:
  atomic { MAYDIE; DEREFC(h); if :: status[h] == 0 -> status[h] = VOID; voided++ :: else fi; goto help_decide };
help_ready:
#ifdef EXPIRY
#ifdef BUG_WALL_FIRST
  atomic { if :: over -> goto fail :: else fi };
#endif
#endif
#ifdef BUG_TICK_EARLY
  atomic { MAYDIE; ck = clock };
  atomic { MAYDIE; DEREFC(h); if :: status[h] == 0 -> isready(h); effectc(h, ck) :: else fi; ck = 0; goto help_end };
#endif
  atomic { MAYDIE; DEREFC(h); if :: status[h] == 0 -> status[h] = READY; isready(h) :: else fi };
help_decide:
  atomic { MAYDIE; DEREFC(h); if :: status[h] == READY -> ck = clock :: else -> goto help_end fi };
  BEFORE(ck);
#ifdef EXPIRY
#ifndef BUG_WALL_FIRST
  if :: over -> atomic { MAYDIE; if :: status[h] == READY -> status[h] = VOID; voided++ :: else fi; goto help_end } :: else fi;
#endif
#endif
  atomic { MAYDIE; DEREFC(h); if :: status[h] == READY -> effectc(h, ck) :: else fi };
  AFTER(ck);
help_end:
  atomic { i = 0; hk = 0; w = 0; st = 0; c2 = 0; ck = 0; l = 0;
    if :: h != tg -> h = tg; goto help
       :: else -> h = 0; tg = 0;
          if :: ret == 1 -> ret = 0; goto resolve :: ret == 2 -> ret = 0; goto own :: else -> ret = 0; goto reco_undo fi
    fi };

undo:                                   /* takes uv off the link of uk; uret says where to go on */
  SEE(uk);
  if
  :: REF(l) != uv -> goto undone
  :: REF(l) == uv && FROZEN_HERE ->
#ifdef BUG_MOVED_UNDO
     goto undone
#else
     MOVE_IT(uk); goto undo
#endif
  :: else
  fi;
  atomic { MAYDIE; DEREF(uv);
    if :: link[idx] == uv -> link[idx] = REF(prev[uv]);
#ifdef BUG_UNDO_RETIRES
          retire(uv)
#endif
       :: else -> goto undo fi };
undone:
  atomic { l = 0; st = 0; c2 = 0; uk = 0; uv = 0;
    if :: uret == 1 -> uret = 0; goto resolve :: uret == 2 -> uret = 0; goto help_entry :: uret == 3 -> uret = 0; goto help_decide
       :: uret == 4 -> uret = 0; goto own_back :: else -> uret = 0; goto reco_back fi };

own:                                    /* the owner's work, or that of whoever recovers it */
  atomic { MAYDIE; st = status[c]; assert(st != 0 && st != READY && st != DRAFT); i = 0 };
own_next:
  atomic {
    if :: i == NK -> goto own_end :: i < NK && !(ALL(c) & BIT(i)) -> i++; goto own_next :: else fi;
    if
    :: st == VOID || GUARD(c,i) ->
#ifdef BUG_NO_GUARD
       if :: GUARD(c,i) -> i++; goto own_next :: else fi;
#endif
       uk = i; uv = NEWV(c,i); uret = 4; goto undo
    :: else -> w = NEWV(c,i)
#ifdef BUG_NO_STAMPS
       ; i++; goto own_next
#endif
    fi };
  atomic { MAYDIE; DEREF(w); if :: stamp[w] == TX + c -> stamp[w] = st :: else fi; phase2 = 1; goto trim };
own_back:
  atomic { st = status[c]; i++; w = 0; goto own_next };
own_end:
  atomic { i = 0; w = 0; if :: status[c] == VOID || status[c] == DRAFT -> goto own_retire :: else fi };
  /* each is counted once, whoever dies: what the record counts then is written down, then that it is being counted */
  atomic { MAYDIE; ahead[me] = sum[me] + delta[c] };
#ifndef BUG_COUNT_LATE
  atomic { MAYDIE; ptx[me] = c + COUNTING };
#endif
  atomic { MAYDIE; sum[me] = ahead[me] };
  atomic { MAYDIE; delta[c] = 0 };
#ifndef BUG_COUNT_LATE
  atomic { MAYDIE; ptx[me] = c };
#endif
own_retire:
#ifdef GIVES
  if :: op != RECO && status[c] == VOID -> goto own_drop :: else fi;
own_dropped:
#endif
  atomic { MAYDIE;
    if :: cstage[c] == 0 -> retirec(c)
       :: else ->                       /* it is in the queue of the dead, or in this one */
#ifdef BUG_REC_BLIND
          retirec(c)
#endif
    fi };
  atomic { MAYDIE; st = 0; if :: op == RECO -> ptx[me] = 0; c = 0; goto reco_end :: else -> ptx[me] = 0; c = 0 fi };
#ifdef GIVES
own_drop:                               /* what it linked for keys that were absent, at once */
  atomic {
    if :: i == NK -> i = 0; w = 0; goto own_dropped
       :: i < NK && !(ALL(c) & BIT(i)) -> i++; goto own_drop
       :: else fi;
    w = old[E(c,i)];
    if :: !(tomb & BIT(w)) || REF(prev[w]) != 0 -> i++; goto own_drop :: else fi };
  atomic { MAYDIE;
#ifdef BUG_DROP_OTHERS
    l = link[i];
    if :: l != 0 && l != GONE && !(l & F) && stamp[REF(l)] != 0 && stamp[REF(l)] < TX -> w = REF(l); link[i] = GONE; dropped(i, w) :: else fi;
    l = 0;
#else
    if :: link[i] == w -> link[i] = GONE; dropped(i, w) :: else fi;
#endif
    i++; goto own_drop };
#endif
done:
  atomic { phase1 = 0; w = 0; r = 0; l = 0; idx = 0; phelp[me] = 0; k = 0; unpin(me); goto nextop };

reco:                                   /* one dead worker; one recoverer at a time */
  atomic {
    if :: !recovering && dead != 0 :: !recovering && dead == 0 && ndone == nwork -> goto fin fi;
    recovering = 1;
    dm = 0; do :: dead & BIT(dm) -> break :: else -> dm++ od;
    pin(me); c = phelp[dm];
#ifdef BUG_REC_PIN
    c = 0;
#endif
#ifdef BUG_REC_OWNER
    if :: c == ptx[dm] -> c = 0 :: else fi;
#endif
    if :: c == 0 -> goto reco_own :: else -> tg = c; h = c; ret = 3; goto help fi };
reco_undo:
  atomic { st = status[c]; i = 0 };
reco_next:
  atomic {
    if :: i == NK -> goto reco_own :: i < NK && !(ALL(c) & BIT(i)) -> i++; goto reco_next :: else fi;
    if :: st == VOID || GUARD(c,i) -> uk = i; uv = NEWV(c,i); uret = 5; goto undo :: else -> i++; goto reco_next fi };
reco_back:
  atomic { st = status[c]; i++; goto reco_next };
reco_own:
  atomic { i = 0; st = 0; c = ptx[dm];
    if :: c == 0 -> goto reco_end :: c & COUNTING -> c = c - COUNTING :: else -> goto reco_take fi };
  atomic { MAYDIE; sum[dm] = ahead[dm] };
  atomic { MAYDIE; delta[c] = 0 };
  atomic { MAYDIE; ptx[dm] = c };
reco_take:                              /* c is the recoverer's from here on: at each step a record leads to it, and c says whose it is */
  if :: owner[c] != dm -> goto reco_took :: else fi;
#ifdef BUG_REC_CLEAR
  atomic { MAYDIE; owner[c] = me };
  atomic { MAYDIE; ptx[dm] = 0 };
  atomic { MAYDIE; ptx[me] = c };
#else
  atomic { MAYDIE; ptx[me] = c };
#ifndef BUG_REC_BOTH
  atomic { MAYDIE; owner[c] = me };
#endif
  atomic { MAYDIE; ptx[dm] = 0 };
#endif
  atomic {
    if :: status[c] == DRAFT -> goto own_retire
       :: cstage[c] != 0 -> goto own_retire
       :: else ->
#ifdef BUG_REC_OWNER
          if :: status[c] == 0 -> goto own_retire :: else fi;
#endif
          tg = c; h = c; ret = 2; goto help fi };
reco_took:
  atomic { MAYDIE; c = 0; ptx[dm] = 0 };
reco_end:
  atomic { MAYDIE; phelp[me] = 0 };
  atomic { dead = dead & ~BIT(dm); unpin(dm); phelp[dm] = 0; dm = 0; unpin(me); recovering = 0; goto reco };
#ifdef CRASH
died: atomic { dead = dead | BIT(me); if :: op == RECO -> recovering = 0 :: else -> ndone++ fi; goto end };
#endif
fin: atomic { if :: op1 != RECO -> ndone++ :: else fi };
end: skip
}

/* w: from what a link leads to, to what is its value; ck.  One use in a proctype. */
inline VALUE(k) {
  skip;
look:
  if :: w == 0 -> goto got :: else fi;
  atomic { DEREF(w); st = stamp[w];
    if :: st >= TX -> c2 = st - TX :: st == 0 -> ck = clock; goto pending :: else -> goto got fi };
#ifndef BUG_PREV_LATE
  atomic { DEREF(w); p = REF(prev[w]) };
#endif
judge:
  atomic { DEREFC(c2); st = status[c2];
    if
    :: GUARD(c2,k) || st == 0 || st == VOID -> goto passed
#ifdef BUG_SKIP_READY
    :: st == READY -> goto passed
#else
    :: st == READY && !GUARD(c2,k) -> ck = clock
#endif
    :: else
    fi };
  if :: st == READY -> skip :: else -> goto settled fi;
#ifdef EXPIRY
  if :: over -> atomic { if :: status[c2] == READY -> status[c2] = VOID; voided++ :: else fi; ck = 0; goto judge } :: else fi;
#endif
  BEFORE(ck);
  atomic { DEREFC(c2); if :: status[c2] == READY -> effectc(c2, ck) :: else fi };
  AFTER(ck);
  atomic { ck = 0; goto judge };
pending:
  BEFORE(ck);
  atomic { DEREF(w); if :: stamp[w] == 0 -> effect(w, ck) :: else fi };
  AFTER(ck);
  atomic { ck = 0; goto look };
settled:                                /* who passes settles the stamp */
  atomic { DEREF(w); if :: stamp[w] == TX + c2 -> stamp[w] = st :: else fi; goto got };
passed:
#ifdef BUG_PREV_LATE
  atomic { DEREF(w); p = REF(prev[w]) };
#endif
  atomic { w = p; DEREF(w); assert(stamp[w] != 0 && stamp[w] < TX); st = stamp[w] };
got: skip
}

/* reads k1, then k2, n times */
proctype R(byte me; byte k1; byte k2; byte n) {
  byte w, l, idx, c2, st, ck, p, t0, t1, k, x, y; byte op = RECO; bit second, looked;
again:
  if :: n == 0 -> goto fin :: else fi;
  atomic { if :: !second -> k = k1 :: else -> k = k2; n-- fi; pin(me); t0 = now; t1 = clock };
relook:
  SEE(k);
  w = REF(l);
  VALUE(k);
#ifdef EXPIRY
  if
#ifdef BUG_ONE_LOOK
  :: w == 1 && !looked && over -> saidgone = 1
#else
  :: w == 1 && looked -> saidgone = 1
  :: w == 1 && !looked && over -> looked = 1; goto relook     /* what seems to be over is looked up again */
#endif
  :: else
  fi;
#endif
  atomic {
    if :: IS_ABSENT(w) -> assert(WAS_ABSENT(k, t0)) :: else -> assert(dt[w] > t0 && (bt[w] != 0 || w <= NK)) fi;
    after[w] = (after[w] < t1 -> t1 : after[w]); t1 = 0;
    looked = 0; unpin(me); w = 0; l = 0; idx = 0; c2 = 0; st = 0; p = 0; t0 = 0; k = 0; second = !second; goto again };
  goto died;
died: skip;
fin: atomic { ndone++ }
}

/* a snapshot: reads k1, k2, k1 */
proctype S(byte me; byte slot; byte k1; byte k2) {
  byte w, l, idx, c2, st, ck, p, s, k, x, y, n, tlo; byte op = RECO; short thi; bit below, unsure;
  atomic { tlo = now; reg[slot] = PENDING };
  atomic { s = clock };
#ifdef WRITTEN
  atomic { if :: written < s -> s--; goto opened :: else fi };
#endif
  atomic { if :: clock == s -> clock = s + 1 :: else fi };
opened:
  atomic { reg[slot] = s; thi = ready };
again:
  atomic { n++; if :: n == 4 -> goto closing :: n == 2 -> k = k2 :: else -> k = k1 fi; pin(me) };
  SEE(k);
  w = REF(l);
walk:
  VALUE(k);
  if :: w == 0 -> goto shown :: else fi;
  atomic { if :: stamp[w] >= TX -> st = status[stamp[w] - TX] :: else -> st = stamp[w] fi;
    if :: st > s -> goto older :: else -> goto shown fi };
older:
  atomic { DEREF(w); w = REF(prev[w]); below = 1; goto walk };
shown:
  atomic {
    for (x : 1 .. NC-1) {
      if :: ce[x] != 0 && ((w == 0 && !below && absd[k] > ce[x]) || (w != 0 && dt[w] > ce[x])) -> since[slot*NK+k] = since[slot*NK+k] | BIT(x)
         :: else fi
    }; x = 0;
    if :: w == 0 && !below && IS_ABSENT(eff[k]) -> unsure = 1 :: else fi;
    if
    :: IS_ABSENT(w) -> assert(WAS_ABSENT(k, tlo)); w = ABSENT
    :: else ->
       assert(dt[w] > tlo);             /* what took effect before it was opened is shown */
       assert(w <= NK || (thi & BIT(w))) /* and nothing that was not ready when it was open */
    fi;
    assert(shows[slot*NK+k] == 0 || shows[slot*NK+k] == w);  /* it never changes */
    shows[slot*NK+k] = w; unpin(me); below = 0; w = 0; l = 0; idx = 0; c2 = 0; st = 0; p = 0; goto again };
closing:
  atomic {
    for (x : 1 .. NC-1) {               /* a transaction is shown whole or not at all */
      if :: wset[x] == 3 && k1 != k2 && !unsure -> assert((since[slot*NK+A] & BIT(x)) == (since[slot*NK+B] & BIT(x))) :: else fi
    };
    for (x : 0 .. NK-1) { shows[slot*NK+x] = 0 }; reg[slot] = 0 };
  goto fin;
died: skip;
fin: atomic { ndone++ }
}

#ifdef MOVE
proctype Mv(byte me) {
  byte k, l, j, x, y; byte op = RECO;
  do
  :: k == NK -> break
  :: else ->
     atomic { pin(me); l = link[k] };
     if
     :: l == MV -> skip
     :: l == 0 -> atomic { if :: link[k] == 0 -> link[k] = MV :: else -> unpin(me); goto more fi }
     :: else ->
        if
#ifdef BUG_DROP_PART
        :: !(l & FZ) && (tomb & BIT(REF(l))) && stamp[REF(l)] != 0 ->
#else
        :: !(l & FZ) && (tomb & BIT(REF(l))) && stamp[REF(l)] != 0 && stamp[REF(l)] < TX && (prev[REF(l)] & F) ->
#endif
           j = 0;
           if :: REF(prev[REF(l)]) == 0 -> j = NSN :: else fi;
           do :: j == NSN -> break
              :: else -> atomic { if :: NEEDED(REF(l)) -> break :: else -> j++ fi }
           od;
           if
           :: j < NSN -> j = 0
           :: else -> j = 0; atomic { if :: link[k] == l -> link[k] = MV; dropped(k, REF(l)); goto moved :: else -> unpin(me); goto more fi }
           fi
        :: else
        fi;
        if :: l & FZ -> skip
           :: else -> atomic { if :: link[k] == l -> link[k] = l | FZ :: else -> unpin(me); goto more fi }
        fi;
        MOVE_IT(k)
     fi;
moved:
     atomic { unpin(me); k++ };
more: l = 0
  od;
  goto fin;
died: skip;
fin: atomic { ndone++ }
}
#endif
proctype Env() { over = 1 }

/* at first: a key is absent, without a tombstone; or deleted, with one */
#define NONE(k) link[k] = 0; eff[k] = 0
#define DELETED(k) tomb = tomb | BIT((k)+1)
#define DELETES(c, k) tomb = tomb | BIT(NEWV(c,k))

init {
  byte n, x, y;
  atomic {
    for (x : 0 .. NK-1) { link[x] = x+1; stamp[x+1] = 1; prev[x+1] = F; vkey[x+1] = x; eff[x] = x+1 }; x = 0;
    START };
#ifdef NOREC
end_rest:                               /* nobody recovers the dead */
#endif
  (ndone == nwork && dead == 0 && _nr_pr == 1);
  d_step {                              /* at rest: nothing provisional is linked, and nothing leaks but one record for each dead worker */
    for (x : 0 .. NK-1) {
      y = (link[x] == MV || link[x] == GONE -> link[NK+x] : link[x]);
      assert(!(y & FZ) && y != GONE && stamp[y] < TX && !(retired & BIT(y)));
      if :: stamp[y] == 0 && y != 0 -> assert(crashes > 0 && REF(prev[y]) == eff[x]) :: else -> assert(y == eff[x]) fi;
      published = published & ~BIT(y);
      if :: !(prev[y] & F) -> published = published & ~BIT(prev[y]) :: else fi      /* its writer died before it trimmed */
    };
    for (x : 1 .. NV-1) {
      if
      :: (published & BIT(x)) && !(retired & BIT(x)) && !(held & BIT(x)) && !(ISPART(x) && cstage[PARTOF(x)] == 3) -> n++
      :: else fi
    };
    for (x : 1 .. NC-1) { if :: ALL(x) && cstage[x] == 3 -> skip :: ALL(x) && cstage[x] != 3 -> n++ :: else fi };
    assert(n <= crashes);
#ifndef NOREC
    n = 0; for (x : 0 .. 5) { n = n + sum[x] };
    assert(n == committed)              /* each transaction that took effect is counted once */
#endif
  }
}
