/*
 * Leases (src/table/leases.ts, src/map/loader.ts): workers load a value from a database and put it into the map, while others change the
 * database, and delete the key, or set it, and what was set may be evicted.  A value is the number of the change that it shows.
 *   default         a loader sets the flag, writes its lease, sees that there is no entry, reads the database, links what it read if there
 *                   still is none, and takes its version away again if the lease is not its own by then.  Who deletes or sets reads the
 *                   flag, takes the lease away, and looks, or links, after that.  At the end the map has the newest value, or none.
 *                   Loaders have one place for their leases: the last one has it
 *   BUG_CHECK_FIRST     a loader looks for its lease only before it links
 *   BUG_LOOK_FIRST      who deletes looks before it takes the lease away
 *   BUG_LINK_FIRST      who sets links before that
 *   BUG_SET_LEAVES      who sets leaves the lease alone
 *   BUG_LEASE_LATE      a loader writes its lease after it has read the database
 *   BUG_FLAG_LATE       ... and sets the flag after that
 *   BUG_TAKE_ANY        a loader without a lease deletes what is there, whoever linked it
 *   BUG_LINK_OVER       a loader links over whatever is there
 * START runs the workers.  ORDERLY: the caller sees to it that changes of the database, each with the write to the map that follows,
 * do not come between each other; where some set and some delete, no map could bring order into them.
 */
byte database, lease;               /* whose lease it is; 0: nobody's */
bit flag, changing;
byte value, owner;                  /* the newest version: what it shows (0: there is none), and who linked it: 0, or a loader */
byte working;
bit lost;                           /* a loader took away, or replaced, what another one had linked */

#ifdef ORDERLY
#define BEGIN atomic { !changing -> changing = 1; database++; change = database }
#define END changing = 0
#else
#define BEGIN atomic { database++; change = database }
#define END skip
#endif

inline revoke() { leased = flag; if :: leased -> lease = 0 :: else fi }
/* One step each, as the compare-and-set of a link */
inline link() {
  atomic {
    if
#ifdef BUG_LINK_OVER
    :: true -> if :: value != 0 -> lost = 1 :: else fi;
#else
    :: value == 0 ->
#endif
       value = read; owner = me; linked = 1
    :: else
    fi
  }
}
inline takeAway() {
  atomic {
    if
#ifdef BUG_TAKE_ANY
    :: value != 0 -> if :: owner != me -> lost = 1 :: else fi; value = 0
#else
    :: value != 0 && owner == me -> value = 0
#endif
    :: else
    fi
  }
}

proctype Loader(byte me) {
  byte read; bit linked;
#ifndef BUG_FLAG_LATE
  flag = 1;
#ifndef BUG_LEASE_LATE
  lease = me;
#endif
#endif
  if
  :: value != 0
  :: value == 0 ->
     read = database;
#ifdef BUG_FLAG_LATE
     flag = 1;
#endif
#if defined(BUG_FLAG_LATE) || defined(BUG_LEASE_LATE)
     lease = me;
#endif
#ifdef BUG_CHECK_FIRST
     if :: lease == me -> link() :: else fi
#else
     link();
     if :: linked && lease != me -> takeAway() :: else fi
#endif
  fi;
  atomic { if :: lease == me -> lease = 0 :: else fi };
  working--
}

proctype Deleter() {
  bit leased; byte change;
  BEGIN;
#ifdef BUG_LOOK_FIRST
  value = 0;
  revoke();
#else
  revoke();
  value = 0;
#endif
  END;
  working--
}

proctype Setter() {
  bit leased; byte change;
  BEGIN;
#if !defined(BUG_LINK_FIRST) && !defined(BUG_SET_LEAVES)
  revoke();
#endif
  atomic { value = change; owner = 0 };
#ifdef BUG_LINK_FIRST
  revoke();
#endif
  END;
  working--
}
proctype Evictor() { value = 0; working-- }

init {
  atomic { database = 1; START };
  working == 0;
  assert(value == 0 || value == database);
  assert(!lost)
}
