/*
 * Who retires a table that was replaced (switchRoot and reap in src/table/migration.ts, reap in src/table/table_recovery.ts).
 * Two workers end one move at the same time; each may die at any step; so may the first of two recoverers, who work one at a
 * time. In the end the old table is retired once, if another one is the root.
 *   default        before the root is changed each writes down which table it means to take away; the one that wins the
 *                  table's word T_REAPER retires it; a recoverer does so for one that died
 *   BUG_NO_RECORD  nothing is written down: a death between root and retirement loses the table
 *   BUG_NO_LOOK    the recoverer does not look whether the dead had retired the table already
 *   BUG_NO_OWNER   whoever finds the root changed retires the table
 *   BUG_RELEASE    the recoverer clears the dead's record before it is the reaper itself
 */
#define WORKERS 2
#define ENDED(w) (done[w] * (1 - dead[w] + dead[w] * recovered[w]))
#define N 5                         /* 1, 2: workers; 3, 4: recoverers; 0 is nobody */
bit root;                           /* 0: the old table; 1: the next one */
byte reaper;
bit reaping[N], limbo[N], dead[N], done[N], recovered[N];
byte retired, rlock, deaths;

inline die(me) { if :: deaths < 3 -> atomic { deaths++; dead[me] = 1; goto end } :: skip fi }

inline retire(me) { atomic { limbo[me] = 1; retired++; assert(retired <= 1); assert(root == 1) } }

inline reap(me) {
  atomic { if :: reaper == 0 -> reaper = me; won = 1 :: else -> won = 0 fi };
#ifdef BUG_NO_OWNER
  won = 1;
#endif
  die(me);
  if :: won -> retire(me); die(me) :: else fi
}

proctype Worker(byte me) {
  bit won;
  die(me);
#ifndef BUG_NO_RECORD
  reaping[me] = 1; die(me);
#endif
  atomic { if :: root == 0 -> root = 1 :: else fi };
  die(me);
  reap(me);
  reaping[me] = 0;
  die(me);
end:
  done[me] = 1
}

inline recover(me, d) {
  if
  :: reaping[d] && root == 1 ->
#ifndef BUG_RELEASE
     reaping[me] = 1; die(me);
#endif
     if
     :: reaper == 0 -> reap(me)
#ifdef BUG_NO_LOOK
     :: reaper == d ->
#else
     :: reaper == d && !limbo[d] ->
#endif
#ifdef BUG_RELEASE
        reaping[d] = 0; die(me); reaper = me; die(me); reaping[me] = 1;
#else
        reaper = me; die(me); reaping[d] = 0; die(me);
#endif
        retire(me); die(me)
     :: else
     fi;
     reaping[me] = 0; die(me)
  :: else
  fi;
  reaping[d] = 0; die(me);
  /* adoption of the queue, one record at a time in the code; the record is in one of the two at any time */
  atomic { if :: limbo[d] -> limbo[d] = 0; limbo[me] = 1 :: else fi };
  die(me);
  recovered[d] = 1
}

proctype Recoverer(byte me) {
  bit won; byte d;
again:
  if
  :: atomic { rlock == 0 && done[1] && dead[1] && !recovered[1] -> rlock = me; d = 1 }
  :: atomic { rlock == 0 && done[2] && dead[2] && !recovered[2] -> rlock = me; d = 2 }
  :: atomic { rlock == 0 && me == 4 && done[3] && dead[3] && !recovered[3] -> rlock = me; d = 3 }
  :: atomic { rlock == 0 && ENDED(1) == 1 && ENDED(2) == 1 && (me == 3 || ENDED(3) == 1) -> goto over }
  fi;
  recover(me, d);
  rlock = 0;
  goto again;
over: skip;
end:
  atomic { if :: rlock == me -> rlock = 0 :: else fi; done[me] = 1 };
  if :: me == 4 && !dead[4] -> assert(root == 0 || retired == 1) :: else fi
}

init {
  atomic { run Worker(1); run Worker(2); run Recoverer(3); run Recoverer(4) }
}
