/*
 * Leases (src/table/leases.ts, src/map/leased_write.ts): workers load a value from a database and put it into the map, while others change the
 * database, and delete the key, or set it, and what was set may be evicted.  A value is the number of the change that it shows.
 *   default         a loader sets the flag, writes its lease, sees that there is no entry, and reads the database.  If there still is none, it
 *                   links what it read, which does not count yet, says that all is linked, looks whether the lease is its own, and decides by
 *                   that, if nobody has.  So does everybody who meets the version: a reader, a writer, one who evicts or copies, and the
 *                   recoverer of a loader that died; but a reader, or who deletes, may leave alone what is not said to be linked.  Who deletes or sets
 *                   reads the flag, takes the lease away, and looks, or links, after that.  At the end the map has the newest value, or none; nor does
 *                   a reader see anything older than the last write that ended before it began.
 *                   Loaders have one place for their leases: the last one has it.  One that comes after a death may write the same lease
 *   BUG_CHECK_FIRST     a loader looks for its lease only before it links
 *   BUG_LOOK_FIRST      who deletes looks before it takes the lease away
 *   BUG_LINK_FIRST      who sets links before that
 *   BUG_SET_LEAVES      who sets leaves the lease alone
 *   BUG_LEASE_LATE      a loader writes its lease after it has read the database
 *   BUG_FLAG_LATE       ... and sets the flag after that
 *   BUG_LINK_OVER       a loader links over whatever is there
 *   BUG_TAKE_ANY        what came to nothing is taken back, whatever is linked by then
 *   BUG_READ_BLIND      a reader takes what is linked for what counts
 *   BUG_WRITE_BLIND     who deletes takes what does not count yet for nothing
 *   BUG_COPY_BLIND      who copies takes it for what counts
 *   BUG_RECOVER_BLIND   a recoverer lets it count
 *   BUG_REUSE           the next one has the place of a dead loader before its version is decided
 * START runs the workers.  DEATHS: so many loaders may die, at any step.  ORDERLY: the caller sees to it that changes of the database, each
 * with the write to the map that follows, do not come between each other; where some set and some delete, no map could bring order into them.
 */
#ifndef DEATHS
#define DEATHS 0
#endif
#define LINKING 1
#define LINKED 2
#define COUNTS 3
#define VOID 4

byte database, lease;               /* whose lease it is; 0: nobody's */
bit flag, changing;
byte value;                         /* what the newest version that counts shows; 0: there is none */
byte place;                         /* changes with the version: nobody takes one for another */
byte over;                          /* the load whose version is linked over that one, and does not count yet; 0: none */
/* Of each load: its status, whose lease it is under, what it brings, over which version */
byte status[4], under[4], brings[4], old[4];
byte told;                          /* the newest change of which the map was told, by a write that has ended */
byte working, deaths, dead;         /* dead: the load that was cut short */
bit recovered;
bit lost;                           /* what somebody else had linked was replaced, or taken back */

#ifdef ORDERLY
#define BEGIN atomic { !changing -> changing = 1; database++; change = database }
#define END atomic { changing = 0; if :: change > told -> told = change :: else fi; working-- }
#else
#define BEGIN atomic { database++; change = database }
#define END atomic { if :: change > told -> told = change :: else fi; working-- }
#endif

inline revoke() { leased = flag; if :: leased -> lease = 0 :: else fi }
/* One step each, as the compare-and-set of a link */
inline link(load) {
  atomic {
    if
#ifdef BUG_LINK_OVER
    :: over == 0 -> if :: place != old[load] && value != 0 -> lost = 1 :: else fi; over = load
#else
    :: over == 0 && place == old[load] -> over = load
#endif
    :: else -> status[load] = VOID
    fi
  }
}
inline linked(load) { atomic { if :: status[load] == LINKING -> status[load] = LINKED :: else fi } }
inline decide(load) {
  if
  :: status[load] == LINKED ->
#ifdef BUG_CHECK_FIRST
     good = 1;
#else
     good = lease == under[load];
#endif
     atomic { if :: status[load] == LINKED -> status[load] = (good -> COUNTS : VOID) :: else fi }
  :: else
  fi
}
inline settle(load) {
  atomic {
    if
    :: over == load && status[load] == COUNTS -> value = brings[load]; place++; over = 0
    :: over == load && status[load] == VOID -> over = 0
#ifdef BUG_TAKE_ANY
    :: over != load && status[load] == VOID && place != old[load] -> if :: value != 0 -> lost = 1 :: else fi; value = 0; place++
#endif
    :: else
    fi
  }
}
inline resolve() {
  do
  :: atomic { over != 0 -> met = over };
     linked(met); decide(met); settle(met)
  :: else -> break
  od
}

#define MAY_DIE if :: deaths < DEATHS && !after -> deaths++; goto dies :: true fi
proctype Loader(byte me, load; bit after) {
  byte read; bit good;
  if
  :: after ->
#ifdef BUG_REUSE
     dead || recovered
#else
     recovered
#endif
  :: else
  fi;
#ifndef BUG_FLAG_LATE
  flag = 1;
#ifndef BUG_LEASE_LATE
  lease = me;
#endif
#endif
  if
  :: value != 0 || over != 0
  :: else ->
     read = database;
#ifdef BUG_FLAG_LATE
     flag = 1;
#endif
#if defined(BUG_FLAG_LATE) || defined(BUG_LEASE_LATE)
     lease = me;
#endif
     atomic { if :: value != 0 || over != 0 -> goto ends :: else -> old[load] = place fi };
#ifdef BUG_CHECK_FIRST
     if :: lease == me :: else -> goto ends fi;
#endif
     atomic { under[load] = me; brings[load] = read; status[load] = LINKING };
     MAY_DIE;
     link(load);
     MAY_DIE;
     linked(load);
     MAY_DIE;
     decide(load);
     MAY_DIE;
     settle(load)
  fi;
ends:
  atomic { if :: lease == me -> lease = 0 :: else fi };
  atomic { if :: !after && deaths == 0 -> recovered = 1 :: else fi; working--; goto done };
dies:
  atomic { dead = load; working-- };
done: skip
}

/* Whoever has the record of the dead: nobody else has its place until it is done */
proctype Recoverer() {
  bit good;
  dead || recovered;
  if
  :: dead ->
     if :: status[dead] == LINKING && over != dead -> link(dead) :: else fi;
     linked(dead);
#ifdef BUG_RECOVER_BLIND
     atomic { if :: status[dead] == LINKED -> status[dead] = COUNTS :: else fi };
#else
     decide(dead);
#endif
     settle(dead);
     recovered = 1
  :: else
  fi;
  working--
}

proctype Deleter() {
  bit leased, good, isDone; byte change, met;
  BEGIN;
#ifndef BUG_LOOK_FIRST
  revoke();
#endif
  do
  :: isDone -> break
  :: else ->
#ifdef BUG_WRITE_BLIND
     if :: over != 0 && value == 0 -> break :: true fi;
#else
     if :: over != 0 && status[over] == LINKING && value == 0 -> break :: true fi;
#endif
     resolve();
     atomic { if :: over == 0 -> isDone = 1; if :: value != 0 -> value = 0; place++ :: else fi :: else fi }
  od;
#ifdef BUG_LOOK_FIRST
  revoke();
#endif
  END
}

proctype Setter() {
  bit leased, good, isDone; byte change, met;
  BEGIN;
#if !defined(BUG_LINK_FIRST) && !defined(BUG_SET_LEAVES)
  revoke();
#endif
  do
  :: isDone -> break
  :: else ->
     resolve();
     atomic { if :: over == 0 -> isDone = 1; value = change; place++ :: else fi }
  od;
#ifdef BUG_LINK_FIRST
  revoke();
#endif
  END
}

proctype Evictor() {
  bit good; byte met;
  resolve();
  atomic { if :: over == 0 && value != 0 -> value = 0; place++ :: else fi };
  working--
}

/* Puts a version elsewhere: to make room, or with another expiry */
proctype Copier() {
  bit good; byte met;
#ifdef BUG_COPY_BLIND
  atomic { if :: over != 0 -> value = brings[over]; place++; over = 0 :: else fi };
#endif
  resolve();
  atomic { if :: over == 0 && value != 0 -> place++ :: else fi };
  working--
}

proctype Reader() {
  bit good; byte floor, met, seen;
  floor = told;
  atomic { met = over; seen = value };
  if
  :: met != 0 && status[met] != LINKING ->
#ifdef BUG_READ_BLIND
     seen = brings[met];
#else
     decide(met);
     if :: status[met] == COUNTS -> seen = brings[met] :: else fi;
#endif
  :: else
  fi;
  assert(seen == 0 || seen >= floor);
  working--
}

init {
  atomic { database = 1; START };
  working == 0;
  assert(over == 0);
  assert(value == 0 || value == database);
  assert(!lost)
}
