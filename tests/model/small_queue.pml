/*
 * The small queue of S3-FIFO (src/table/small_queue.ts): a ring of places, a tail that counts what was put in, a head that counts
 * what was taken out.  Its places are hints: what comes out decides only which entry goes first.
 *   put    number = tail, tail + 1 (one step); place[number % NP] = hash
 *   take   reads head, then tail; if there is more than the ring holds, CAS of the head past it, and again; reads the place;
 *          CAS of the head to the next; CAS of the place from what was read to nothing: if that fails, nothing was taken
 * Checked: each hash comes out at most as often as it was put in, also when, in the end, all places come out once more, as they do
 * if those who take the next numbers are stopped before they write. EXACT, where all that is put in fits: exactly as often.
 *
 *   CRASH            so many of those who put may die between the two steps
 *   BUG_NO_EMPTY     take: the place is not emptied
 *   BUG_PLAIN_EMPTY  take: the place is emptied, whoever has taken or put in what was there
 *   BUG_TAIL_APART   put: the tail is read and written in two steps
 */
#ifndef NP
#define NP 2
#endif
#ifndef NH
#define NH 4                                     /* hashes 1 to NH, each put in once */
#endif
#define AGAIN (NH + 1)
byte tail, head, place[NP], out[NH + 1], put[NH + 1];
byte working, lost;

proctype Put(byte h) {
  byte n;
#ifdef BUG_TAIL_APART
  n = tail; tail = n + 1;
#else
  atomic { n = tail; tail = n + 1 };
#endif
#ifdef CRASH
  if :: lost < CRASH -> atomic { lost++; goto done } :: skip fi;
#endif
  atomic { place[n % NP] = h; put[h] = 1 };
done:
  working--
}

proctype Take(byte times) {
  byte h, t, got;
  do
  :: times == 0 -> break
  :: else ->
     h = head;
     t = tail;
     if
     :: t <= h -> times--
     :: t > h + NP -> atomic { if :: head == h -> head = t - NP :: else fi; h = 0; t = 0 }
     :: else ->
        got = place[h % NP];
        atomic { if :: head == h -> head = h + 1 :: else -> got = AGAIN fi };
        if
        :: got == AGAIN -> got = 0
        :: got == 0 -> times--
        :: else ->
#if defined(BUG_NO_EMPTY)
           skip;
#elif defined(BUG_PLAIN_EMPTY)
           place[h % NP] = 0;
#else
           atomic { if :: place[h % NP] == got -> place[h % NP] = 0 :: else -> got = 0 fi };
#endif
           atomic { if :: got != 0 -> out[got]++; assert(out[got] <= 1) :: else fi; got = 0 };
           times--
        fi
     fi
  od;
  working--
}

init {
  atomic { START };
  working == 0;
  /* the next round of numbers is taken, and nobody writes to its places */
  byte i = 0;
  d_step {
    do
    :: i < NP && place[i] != 0 -> out[place[i]]++; assert(out[place[i]] <= 1); i++
    :: i < NP && place[i] == 0 -> i++
    :: i == NP -> break
    od;
#ifdef EXACT
    i = 1;
    do
    :: i <= NH -> assert(out[i] == put[i]); i++
    :: else -> break
    od
#endif
  }
}
