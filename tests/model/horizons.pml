/*
 * Horizons: incremental dumps, and the tombstones that they have yet to see (src/table/horizon.ts, migration.ts, src/persist).
 *
 * A dumper writes a full dump at tick T, then deltas: what has a stamp above that of the dump before, deletions included.  In
 * between no snapshot is open; its horizon T keeps every tombstone with a stamp above T in the table.  Anybody may revoke it.
 *   full    open a snapshot, T := its tick; horizon := T; read key after key, and, with PASSES, pass each when it is read: what is
 *           found there the snapshot needs no more; close the snapshot
 *   delta   open a snapshot, tick T2; read and pass all keys, keep what has a stamp above T; look at the horizon again: if it is not T,
 *           the delta is thrown away and a full dump follows; else it is accepted, the snapshot is closed, and the horizon
 *           raised by CAS T -> T2: if that fails, the next dump is a full one
 *   drop    settle the tombstone, look at the open snapshots, then at the horizons; one CAS if neither needs it
 *   revoke  CAS T -> LOST
 * Checked whenever a dump is accepted: the dump before with this delta applied is the state at its tick.
 *
 * One link word per key, one dumper.  Versions that are not dropped with their tombstone stay readable: that an open snapshot
 * keeps what it shows is the matter of versions.pml.  One Promela step = one access to a shared word (plus private work).
 * Ghosts: seq[v] numbers the versions of all keys in the order of their publishing; disk[k] is what a restore would give.
 *
 *   PASSES              the dumper passes what it has read
 *   AT_ONCE             the horizon is raised before the snapshot is closed; if that fails, this dump becomes a full one
 *   BUG_HORIZONS_FIRST    drop: looks at the horizons before the open snapshots
 *   BUG_HORIZON_ABOVE     drop: a horizon T lets the tombstones of the tick after T go, too
 *   BUG_PENDING         drop: takes a snapshot that is being opened for none
 *   BUG_NO_RECHECK      delta: the horizon is not looked at again after the scan, only before it
 *   BUG_RECHECK_EARLY   delta: the horizon is looked at again before the last key is read
 *   BUG_HORIZON_LATE      full: the horizon is set when all keys are read and passed
 *   BUG_HORIZON_CLOSED    full: the horizon is set when the snapshot is closed
 *   BUG_RAISE_EARLY     delta: the horizon is raised when the snapshot is open, before the scan
 *   BUG_RAISE_BLIND     delta: the horizon is raised by a store
 *   BUG_REVOKED_DELTA   delta: after a CAS that failed the next dump is a delta again, with a new horizon
 */
#ifndef NK
#define NK 1
#endif
#define NV 8
#define PENDING 255
#define LOST 254
#define BIT(x) (1<<(x))
#define DEL 4
#define SET 8            /* op = SET or DEL, + key */
#define OPKEY(o) ((o)&1)

#ifdef PASSES
byte passed;             /* the keys before this one the open snapshot needs no more */
#define PASS(n) passed = n;
#else
#define PASS(n)
#endif
byte clock = 1; byte reg; byte horizon;
byte link[NK]; byte stamp[NV]; byte prev[NV]; byte tomb;
byte seq[NV]; byte last; byte vkey[NV]; byte disk[NK];           /* ghosts */
#define VAL(v) ((tomb & BIT(v)) -> 0 : (v))

/* stamps v, if nobody has.  Uses c. */
inline SETTLE(v) {
  if
  :: stamp[v] == 0 ->
     c = clock;
     atomic { if :: stamp[v] == 0 -> stamp[v] = c :: else fi; c = 0 }
  :: else
  fi
}

proctype Writer(byte op1; byte op2; byte op3; byte v0) {
  byte op, n, v, r, c, k;
  v = v0 - 1;
nextop:
  atomic { n++; v++;
    if :: n == 1 -> op = op1 :: n == 2 -> op = op2 :: n == 3 -> op = op3 :: else -> op = 0 fi;
    if :: op == 0 -> goto fin :: else fi;
    k = OPKEY(op); vkey[v] = k; if :: op & DEL -> tomb = tomb | BIT(v) :: else fi };
again:
  r = link[k];
  if :: r != 0 -> SETTLE(r) :: else fi;
  if :: (op & DEL) && (r == 0 || (tomb & BIT(r))) -> r = 0; goto nextop :: else fi;
  atomic {
    if
    :: link[k] == r -> prev[v] = r; link[k] = v; last++; seq[v] = last; r = 0
    :: else -> r = 0; goto again
    fi };
  SETTLE(v);
  goto nextop;
fin: skip
}

/* a migration, or a purge, that drops the tombstone of key k: n tries */
proctype Dropper(byte k; byte n) {
  byte r, c, f; bit needed;
  do
  :: n == 0 -> break
  :: else ->
     atomic { n--; r = link[k] };
     if
     :: r != 0 && (tomb & BIT(r)) ->
        SETTLE(r);
#ifdef BUG_HORIZONS_FIRST
        f = horizon;
#endif
#ifdef PASSES
        f = reg;
        needed = (f == PENDING || (f != 0 && f < stamp[r]));
        if :: needed && f != PENDING -> needed = (k >= passed) :: else fi;
#elif defined(BUG_PENDING)
        needed = (reg != PENDING && reg != 0 && reg < stamp[r]);
#else
        needed = (reg == PENDING || (reg != 0 && reg < stamp[r]));
#endif
        if
        :: !needed ->
#ifndef BUG_HORIZONS_FIRST
           f = horizon;
#endif
#ifdef BUG_HORIZON_ABOVE
           if :: f != 0 && f != LOST && stamp[r] > f + 1 -> needed = 1 :: else fi
#else
           if :: f != 0 && f != LOST && stamp[r] > f -> needed = 1 :: else fi
#endif
        :: else
        fi;
        if :: !needed -> atomic { if :: link[k] == r -> link[k] = 0 :: else fi } :: else fi
     :: else
     fi;
     atomic { r = 0; f = 0; needed = 0 }
  od
}

proctype Revoker(byte n) {
  byte f;
  do
  :: n == 0 -> break
  :: else ->
     atomic { n--; f = horizon };
     if :: f != 0 && f != LOST -> atomic { if :: horizon == f -> horizon = LOST :: else fi } :: else fi;
     f = 0
  od
}

/* opens a snapshot; its tick is s */
inline OPEN() {
  PASS(0)
  reg = PENDING;
  s = clock;
  atomic { if :: clock == s -> clock = s + 1 :: else fi };
  reg = s
}
/* reads key k as the snapshot shows it: v is the newest version with a stamp up to s, or 0 */
inline READ(k) {
  v = link[k];
  do
  :: v == 0 -> break
  :: else ->
     SETTLE(v);
     if :: stamp[v] <= s -> break :: else -> v = prev[v] fi
  od
}
/* ghost: what the dump says is the state at its tick */
inline ACCEPT() {
  d_step {
    for (k : 0 .. NK-1) {
      disk[k] = new[k];
      v = 0;
      for (x : 1 .. NV-1) {
        if :: vkey[x] == k && stamp[x] != 0 && stamp[x] <= s && (v == 0 || seq[x] > seq[v]) -> v = x :: else fi
      }; x = 0;
      assert(disk[k] == (v == 0 -> 0 : VAL(v)))
    };
    k = 0; v = 0
  }
}

proctype Dumper(byte dumps) {
  byte s, since, k, v, c, x; byte new[NK]; bit kept;
whole:
  if :: dumps == 0 -> goto fin :: else -> dumps-- fi;
  OPEN();
#if !defined(BUG_HORIZON_LATE) && !defined(BUG_HORIZON_CLOSED)
  horizon = s;
#endif
  do
  :: k == NK -> k = 0; break
  :: else -> READ(k); atomic { new[k] = (v == 0 -> 0 : VAL(v)); k++; v = 0 }; PASS(k)
  od;
  ACCEPT();
#ifdef BUG_HORIZON_LATE
  horizon = s;
#endif
  reg = 0;
#ifdef BUG_HORIZON_CLOSED
  horizon = s;
#endif
delta:
  atomic { since = s; s = 0; if :: dumps == 0 -> goto fin :: else -> dumps-- fi };
#ifdef BUG_NO_RECHECK
  kept = (horizon == since);
#endif
  OPEN();
#ifdef BUG_RAISE_EARLY
  atomic { if :: horizon == since -> horizon = s; since = s :: else fi };
#endif
  do
  :: k == NK -> k = 0; break
  :: else ->
#ifdef BUG_RECHECK_EARLY
     if :: k == NK - 1 -> kept = (horizon == since) :: else fi;
#endif
     READ(k);
#ifdef BUG_RAISE_EARLY
     atomic { new[k] = (v != 0 -> VAL(v) : disk[k]); k++; v = 0 };
#else
     atomic { new[k] = (v != 0 && stamp[v] > since -> VAL(v) : disk[k]); k++; v = 0 };
#endif
     PASS(k)
  od;
#if !defined(BUG_NO_RECHECK) && !defined(BUG_RECHECK_EARLY)
  kept = (horizon == since);
#endif
  if :: !kept -> goto lost :: else -> kept = 0 fi;
#ifdef AT_ONCE
  atomic { if :: horizon == since -> horizon = s :: else -> goto lost fi };
#endif
  ACCEPT();
#ifdef AT_ONCE
  reg = 0;
#else
  reg = 0;
#ifdef BUG_RAISE_BLIND
  horizon = s;
#else
  atomic { if :: horizon == since -> horizon = s :: else -> goto renew fi };
#endif
#endif
  goto delta;
lost:
  atomic { dumps++; reg = 0 };
renew:
#ifdef BUG_REVOKED_DELTA
  horizon = s;
  goto delta;
#endif
  atomic { horizon = 0; s = 0; since = 0; for (k : 0 .. NK-1) { new[k] = 0 }; k = 0; goto whole };
fin: skip
}

inline put(v, k) { link[k] = v; vkey[v] = k; stamp[v] = 1; last++; seq[v] = last }

init { atomic { START } }
