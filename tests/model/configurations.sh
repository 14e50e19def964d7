# The configurations of every model, as check.sh runs them.

T=table.pml; K="put(0,1,K1);put(1,2,K2);"
TOMB="$K tomb=4;abs[K2]=0;"                    # K2 is deleted
TIGHT="put(0,1,K1);cap[0]=1;"                  # one slot, and it is taken
W3="n=3;run W(0,INS+K2,0,3);run W(1,INS+K3,0,5);run M(2,1,0)"

# ---- slots
A="-DGIVEUP -DNOFREE"
ok   $T a1 $A -DNP=3 "-DSTART=$K snapOpen=0;n=3;run W(0,SET+K1,DEL+K2,3);run W(1,DEL+K1,INS+K1,5);run M(2,1,0)"
ok   $T a2 -DGIVEUP -DNP=3 "-DSTART=$K snapOpen=0;n=3;run W(0,SET+K1,DEL+K1,3);run M(1,1,0);run R(2,K1,1)"
ok   $T a3 $A -DNS=2 -DNP=3 "-DSTART=put(0,1,K1);snapOpen=0;n=3;run W(0,INS+K2,0,3);run M(1,1,0);run R(2,K2,1)"
ok   $T a4 -DGIVEUP -DNP=3 "-DSTART=$K snapOpen=0;n=3;run W(0,INS+K3,0,3);run M(1,1,0);run M(2,1,1)"
full ok $T a5 -DGIVEUP -DNT=3 -DNS=2 -DNP=4 "-DSTART=put(0,1,K1); n=3;run W(0,DEL+K1,INS+K1,3);run M(1,2,0);run M(2,2,0);run Env()"
ok   $T a5b -DGIVEUP -DNT=3 -DNS=3 -DNP=3 "-DSTART=$K n=3;run W(0,DEL+K1,0,3);run M(1,2,0);run M(2,1,1);run Env()"
ok   $T ac1 -DGIVEUP -DCRASH=1 -DNS=2 -DNP=3 "-DSTART=put(0,1,K1);snapOpen=0;n=3;run W(0,SET+K1,0,3);run W(1,INS+K3,0,5);run M(2,1,0)"
live $T al1 -DGIVEUP -DCRASH=1 -DNP=3 "-DSTART=$K snapOpen=0;n=3;run W(0,SET+K1,0,3);run W(1,INS+K3,0,5);run M(2,1,0)"
full ok $T a2w $A -DNP=4 "-DSTART=$K snapOpen=0;n=4;run W(0,SET+K1,DEL+K1,3);run W(1,INS+K1,0,5);run M(2,1,0);run R(3,K1,1)"
full ok $T a3w $A -DNS=2 -DNP=4 "-DSTART=put(0,1,K1);snapOpen=0;n=4;run W(0,INS+K2,0,3);run W(1,INS+K2,0,5);run M(2,1,0);run R(3,K2,1)"
full ok $T a3n -DNOPERMITS -DNOFREE -DNP=4 "-DSTART=put(0,1,K1);snapOpen=0;n=4;run W(0,INS+K2,DEL+K2,3);run W(1,INS+K2,0,5);run M(2,1,0);run R(3,K2,1)"
full ok $T a4w -DGIVEUP -DNP=4 "-DSTART=$K snapOpen=0;n=4;run W(0,INS+K3,0,3);run W(1,DEL+K1,0,5);run M(2,1,0);run M(3,1,1)"
full ok $T ac1r -DGIVEUP -DCRASH=1 -DNP=4 "-DSTART=$K snapOpen=0;n=4;run W(0,SET+K1,0,3);run W(1,INS+K3,0,5);run M(2,1,0);run R(3,K1,1)"
full ok $T ac2 -DGIVEUP -DCRASH=2 -DNT=3 -DNS=2 -DNP=4 "-DSTART=put(0,1,K1); n=3;run W(0,DEL+K1,INS+K1,3);run M(1,2,0);run M(2,2,0);run Env()"

for b in MOVED_JUMP MOVED_NOAWARE NO_FREEZE MOVED_FIRST; do
bad  $T b_$b -DGIVEUP -DBUG_$b -DNP=4 "-DSTART=$K n=3;run W(0,SET+K1,SET+K2,3);run M(1,1,0);run R(2,0,1);run Env()"
done
bad  $T b_COPY_FAIL -DGIVEUP -DBUG_COPY_FAIL -DNP=3 "-DSTART=$K n=2;run M(1,1,0);run M(2,1,1);run Env()"
bad  $T b_DROP_LATE -DGIVEUP -DBUG_DROP_LATE -DNP=4 "-DSTART=put(0,1,K1); n=3;run W(0,DEL+K1,0,3);run M(1,1,0);run M(2,1,0);run Env()"
bad  $T b_MOVER_SKIPS -DGIVEUP -DBUG_MOVER_SKIPS -DNT=3 -DNS=3 -DNP=4 "-DSTART=put(0,1,K1); n=3;run W(0,DEL+K1,0,3);run M(1,2,0);run M(2,2,0);run Env()"
bad  $T b_UNLINKED -DNOPERMITS -DBUG_UNLINKED -DNP=4 "-DSTART=put(0,1,K1); n=4;run W(0,SET+K1,0,3);run W(1,INS+K2,0,5);run M(2,1,0);run R(3,K1,1);run Env()"
for b in NO_CLOSE CLOSED_SKIP; do
bad  $T b_$b -DGIVEUP -DBUG_$b -DNP=4 "-DSTART=put(0,1,K1); n=4;run W(0,INS+K2,0,3);run W(1,INS+K2,0,5);run M(2,1,0);run R(3,K1,1);run Env()"
done
hang $T b_WAIT -DGIVEUP -DBUG_WAIT -DCRASH=1 -DNP=4 "-DSTART=$K snapOpen=0;n=3;run W(0,SET+K1,0,3);run W(1,INS+K3,0,5);run M(2,1,0)"

# ---- permits: without any, with the plain rule, with permits
stuck $T n_none -DNOPERMITS -DGIVEUP -DNT=3 -DNS=2 -DNP=3 "-DSTART=$TOMB $W3"
ok   $T n_plain -DNOPERMITS -DGIVEUP -DFINISH_FIRST -DNT=3 -DNS=2 -DNP=3 "-DSTART=$TOMB $W3"
G="-DGIVEUP -DNOFREE -DNT=3 -DNP=3"; H="$G -DHASHES=3 -DSTRICT"
ok   $T r_same $G -DNS=2 "-DSTART=$TOMB $W3"                             # the tombstone is copied
ok   $T r_drop $G -DNS=2 "-DSTART=$TOMB snapOpen=0;$W3"                  # and dropped, with a credit
ok   $T r_tight $G -DMINCAP=1 -DNS=2 "-DSTART=$TIGHT $W3"
ok   $T r_batch $G -DBATCH=2 -DNS=2 "-DSTART=snapOpen=0;n=2;run W(0,INS+K1,INS+K2,3);run W(1,INS+K3,0,5)"
full ok $T r_either $G -DNS=2 "-DSTART=$TOMB $W3;run Env()"
full ok $T r_free -DGIVEUP -DNT=3 -DNP=3 -DNS=2 "-DSTART=$TOMB snapOpen=0;$W3"   # with grace periods
full ok $T r_batch2 $G -DBATCH=2 -DNS=2 "-DSTART=snapOpen=0;n=3;run W(0,INS+K1,INS+K2,3);run W(1,INS+K3,0,5);run M(2,1,0)"
full ok $T r_three -DGIVEUP -DNOFREE -DNT=2 -DNS=2 -DNP=4 "-DSTART=put(0,1,K1);snapOpen=0;n=4;run W(0,INS+K2,0,3);run W(1,INS+K3,0,5);run W(2,DEL+K1,0,7);run M(3,1,0)"
full ok $T r_read -DGIVEUP -DNOFREE -DNT=2 -DNS=2 -DNP=4 "-DSTART=put(0,1,K1);snapOpen=0;n=4;run W(0,INS+K2,0,3);run W(1,INS+K3,0,5);run R(2,K2,1);run M(3,1,0)"
# keys of different hashes
ok   $T h_drop $H -DNS=2 "-DSTART=$TOMB snapOpen=0;$W3"
ok   $T h_tight $H -DMINCAP=1 -DNS=2 "-DSTART=$TIGHT $W3"
ok   $T h_grow $H -DMINCAP=1 -DNS=3 "-DSTART=$TOMB cap[0]=2;snapOpen=0;$W3"   # next tables of 1, 2 or 3 slots, as they fit
full ok $T h_shrink $H -DMINCAP=1 -DNS=3 "-DSTART=put(0,1,K1);snapOpen=0;$W3"
ok   $T h_two $H -DMINCAP=1 -DNS=2 "-DSTART=$TOMB snapOpen=0;n=3;run W(0,INS+K3,0,3);run M(1,2,0);run M(2,1,1)"
ok   $T h_batch $H -DBATCH=2 -DNS=2 "-DSTART=snapOpen=0;n=2;run W(0,INS+K1,INS+K2,3);run W(1,INS+K3,0,5)"
ok   $T h_carry $H -DCARRY -DBATCH=2 -DNS=2 "-DSTART=snapOpen=0;n=2;run W(0,INS+K1,INS+K2,3);run W(1,INS+K3,0,5)"
ok   $T h_gain $H -DGAIN -DNS=2 "-DSTART=$TOMB snapOpen=0;$W3"
ok   $T h_gain2 $H -DGAIN -DBATCH=2 -DNS=2 "-DSTART=$TOMB snapOpen=0;n=2;run W(0,INS+K2,INS+K3,3);run M(1,2,0)"
ok   $T h_gain_crash $H -DGAIN -DCRASH=1 -DRECOVER -DNS=2 "-DSTART=$TOMB snapOpen=0;$W3"
ok   $T h_slack $H -DSLACK=1 -DMINCAP=2 -DNS=3 "-DSTART=$TOMB snapOpen=0;$W3"  # limit = slots - 1
ok   $T h_crash $H -DCRASH=1 -DNS=2 "-DSTART=$TOMB snapOpen=0;$W3"
full ok $T h_crash2 $H -DCRASH=1 -DMINCAP=1 -DNS=3 "-DSTART=$TOMB cap[0]=2;snapOpen=0;$W3"
live $T l_tight $G -DCRASH=1 -DHASHES=3 -DMINCAP=1 -DNS=2 "-DSTART=$TIGHT n=2;run W(0,INS+K2,0,3);run W(1,INS+K3,0,5)"
full live $T l_same $G -DCRASH=1 -DNS=2 "-DSTART=$TOMB $W3"
full live $T l_grow $G -DCRASH=1 -DMINCAP=1 -DNS=3 "-DSTART=$TOMB cap[0]=2;snapOpen=0;$W3"
# who links a tombstone drops it at once
GO="-DGIVEUP -DGONE"; DI="run W(0,DEL+K1,INS+K1,3)"
ok   $T g_move $GO -DNP=3 "-DSTART=put(0,1,K1);snapOpen=0;n=3;$DI;run M(1,1,0);run R(2,K1,1)"
ok   $T g_moves $GO -DNT=3 -DNS=2 -DNP=3 "-DSTART=put(0,1,K1);snapOpen=0;n=3;$DI;run M(1,2,0);run M(2,1,0)"
ok   $T g_snapshot $GO -DNT=3 -DNS=2 -DNP=4 "-DSTART=put(0,1,K1);n=3;run W(0,DEL+K1,0,3);run M(1,2,0);run M(2,1,0);run Env()"
ok   $T g_keys $GO -DNP=3 "-DSTART=$K snapOpen=0;n=3;run W(0,DEL+K1,INS+K2,3);run W(1,INS+K2,DEL+K2,5);run R(2,0,1)"
ok   $T g_crash $GO -DCRASH=1 -DNP=3 "-DSTART=$K snapOpen=0;n=3;$DI;run M(1,1,0);run R(2,K2,1)"
live $T g_live $GO -DCRASH=1 -DNP=3 "-DSTART=put(0,1,K1);snapOpen=0;n=3;$DI;run M(1,1,0);run R(2,K1,1)"
full ok $T g_writers $GO -DNP=3 "-DSTART=$K snapOpen=0;n=3;$DI;run W(1,INS+K1,0,5);run M(2,1,0)"
bad  $T b_GONE_EARLY $GO -DBUG_GONE_EARLY -DNT=3 -DNS=2 -DNP=3 "-DSTART=put(0,1,K1);snapOpen=0;n=3;$DI;run M(1,2,0);run M(2,1,0)"
bad  $T b_GONE_ENDS $GO -DBUG_GONE_ENDS -DNP=2 "-DSTART=$K snapOpen=0;n=2;run W(0,DEL+K1,0,3);run R(1,K2,1)"
bad  $T b_GONE_REUSED $GO -DBUG_GONE_REUSED -DNP=3 "-DSTART=put(0,1,K1);snapOpen=0;n=2;run W(0,DEL+K1,INS+K2,3);run W(1,INS+K2,0,5)"
# debts: there are none; each kind comes back with its fault, and slack takes it
O="n=2;run W(0,INS+K3,0,3);run M(1,1,0)"; D="$G -DHASHES=3 -DCRASH=1 -DRECOVER"
ok   $T d_theft $G -DSTRICT -DMINCAP=1 -DNS=2 "-DSTART=$TIGHT $O"
stuck $T d_FREE_LINK $G -DSTRICT -DBUG_FREE_LINK -DMINCAP=1 -DNS=2 "-DSTART=$TIGHT $O"
ok   $T d_FREE_LINK_slack $G -DSTRICT -DBUG_FREE_LINK -DSLACK=1 -DMINCAP=2 -DNS=3 "-DSTART=put(0,1,K1);cap[0]=2;$O"
ok   $T d_death $D -DSTRICT -DMINCAP=1 -DNS=2 "-DSTART=$TIGHT $W3"
stuck $T d_SPEND_LATE $D -DSTRICT -DBUG_SPEND_LATE -DMINCAP=1 -DNS=2 "-DSTART=$TIGHT $W3"
full ok $T d_SPEND_LATE_slack $D -DSTRICT -DBUG_SPEND_LATE -DSLACK=1 -DMINCAP=2 -DNS=3 "-DSTART=put(0,1,K1);cap[0]=2;$W3"
# a variant: the link spends the permit
L="$G -DSTRICT -DAT_LINK"
ok   $T at_drop $L -DNS=2 "-DSTART=$TOMB snapOpen=0;$W3"
ok   $T at_tight $L -DMINCAP=1 -DNS=2 "-DSTART=$TIGHT $W3"
full ok $T at_death $L -DCRASH=1 -DRECOVER -DMINCAP=1 -DNS=2 "-DSTART=$TIGHT $W3"
stuck $T at_RETURN_ALL $L -DNOLIMIT -DHASHES=3 -DCRASH=1 -DRECOVER -DBUG_RETURN_ALL -DMINCAP=1 -DNS=2 "-DSTART=$TIGHT $W3"
stuck $T at_CREDIT_UNLINKED $L -DNOLIMIT -DBUG_CREDIT_UNLINKED -DMINCAP=1 -DNS=2 "-DSTART=put(0,1,K1);$W3"
stuck $T at_GIVE_CLAIMED $L -DNOLIMIT -DHASHES=2 -DBUG_GIVE_CLAIMED -DNS=2 "-DSTART=$TIGHT $W3"

# seeded faults.  NOLIMIT leaves out the ghost that counts, so that what is found is the mover without a place
S="-DNOLIMIT -DGIVEUP -DNOFREE -DHASHES=3"; N3="-DNT=3 -DNS=2 -DNP=3"; N2="-DNT=2 -DNS=2 -DNP=3"
stuck $T b_NO_PERMIT $S $N2 -DBUG_NO_PERMIT "-DSTART=$TOMB $O"
stuck $T b_REUSE_PERMIT $S $N2 -DBUG_REUSE_PERMIT -DMINCAP=1 "-DSTART=put(0,1,K1);$W3"
stuck $T b_TAKE_CLOSED $S $N2 -DNOAGREE -DBUG_TAKE_CLOSED -DMINCAP=1 "-DSTART=put(0,1,K1);$O"
stuck $T b_PERMITS_OPEN $S $N2 -DBUG_PERMITS_OPEN -DMINCAP=1 "-DSTART=put(0,1,K1);$O"
stuck $T b_NEXT_FULL $S $N2 -DBUG_NEXT_FULL "-DSTART=$TOMB $O"
stuck $T b_NEXT_SMALL $S $N2 -DBUG_NEXT_SMALL -DMINCAP=1 "-DSTART=$K $O"
bad   $T b_NEXT_EARLY $S $N3 -DNOAGREE -DBUG_NEXT_EARLY "-DSTART=$K $O"
stuck $T b_CREDIT_EARLY $S $N3 -DBUG_CREDIT_EARLY "-DSTART=$TOMB snapOpen=0;$W3"
stuck $T b_CREDIT_LOST $S $N2 -DBUG_CREDIT_LOST "-DSTART=put(0,1,K1);$W3"
stuck $T b_CREDIT_EMPTY $S $N2 -DBUG_CREDIT_EMPTY -DMINCAP=1 "-DSTART=put(0,1,K1);n=2;run W(0,INS+K3,0,3);run M(1,1,1)"
TOMBS="$K tomb=6;abs[K1]=0;abs[K2]=0;snapOpen=0;"
for b in CLOSED BLIND; do                      # not everybody computes the same need ...
bad  $T b_CREDIT_$b $G -DBUG_CREDIT_$b -DNS=2 "-DSTART=$TOMBS n=3;run M(0,2,0);run M(1,2,1);run M(2,2,0)"
full ok $T b_CREDIT_${b}_place $G -DHASHES=3 -DNOLIMIT -DNOAGREE -DBUG_CREDIT_$b -DMINCAP=1 -DNS=2 "-DSTART=$TOMBS n=3;run W(0,INS+K3,0,3);run M(1,2,1);run M(2,2,0)"  # ... but no mover was found stuck by it
done
hang $T b_PERMITS_WAIT -DBUG_PERMITS_WAIT -DGIVEUP -DCRASH=1 $N3 "-DSTART=$TOMB $W3"

# ---- versions and snapshots
V=versions.pml
C0="-DSTART=put(1,A);n=2;run W(0,WR+A,WR+A,0,2);run S(1,0,A,A,99,1)"
C1="-DSTART=put(1,A);n=3;run W(0,WR+A,WR+A,0,2);run W(1,WR+A,0,0,4);run S(2,0,A,A,A,1)"
D1="-DSTART=put(1,A);n=3;run W(0,WR+A+DEL,WR+A,0,2);run D(1,A,1);run S(2,0,A,A,A,1)"
ok   $V v_writers "-DSTART=put(1,A);n=3;run W(0,WR+A,0,0,2);run W(1,WR+A,0,0,4);run S(2,0,A,A,99,1)"
V2="-DSTART=put(1,A);n=3;run W(0,WR+A,0,0,2);run S(1,0,A,A,99,1);run S(2,1,A,A,99,1)"
ok   $V v_two -DNSN=2 "$V2"
ok   $V v_tick "-DSTART=put(1,A);n=4;run W(0,WR+A,0,0,2);run R(1,A,1);run S(2,0,A,99,99,1);run T()"
ok   $V v_idle -DNSN=2 "-DSTART=put(1,A);n=2;run W(0,WR+A,WR+A,0,2);run S(1,0,A,A,99,2)"
ok   $V v_read "-DSTART=put(1,A);n=3;run W(0,WR+A,WR+A,0,2);run R(1,A,1);run S(2,0,A,A,99,1)"
ok   $V v_cross -DNK=2 -DCROSS "-DSTART=n=2;run W(0,WR+A,WR+B,WR+A,1);run S(1,0,B,A,B,1)"
ok   $V v_cross2 -DNK=2 -DCROSS -DNSN=2 "-DSTART=n=3;run W(0,WR+A,WR+B,WR+A,1);run S(1,0,B,A,B,1);run R(2,A,1)"
ok   $V v_drop "$D1"
ok   $V v_crash -DCRASH=1 "$C0"
full ok $V v_writers2 "$C1"
full ok $V v_two2 -DNSN=2 "-DSTART=put(1,A);n=3;run W(0,WR+A,WR+A,0,2);run S(1,0,A,A,A,1);run S(2,1,A,A,A,1)"
full ok $V v_crash2 -DCRASH=1 "-DSTART=put(1,A);n=3;run W(0,WR+A,0,0,2);run W(1,WR+A,0,0,3);run S(2,0,A,A,99,1)"
full ok $V v_crash_two -DCRASH=1 -DNSN=2 "-DSTART=put(1,A);n=3;run W(0,WR+A,0,0,2);run S(1,0,A,A,A,1);run S(2,1,A,A,A,1)"
full ok $V v_crash_drop -DCRASH=1 "-DSTART=put(1,A);n=3;run W(0,WR+A+DEL,WR+A,0,2);run D(1,A,1);run S(2,0,A,A,99,1)"
full live $V v_live -DCRASH=1 "-DSTART=put(1,A);n=3;run W(0,WR+A,0,0,2);run W(1,WR+A,0,0,3);run S(2,0,A,A,99,1)"
for b in SNAP_SKIP SNAP_SHOW STAMP_EARLY NO_TICK PRUNE_PENDING PRUNE_EARLY HELD_PENDING HELD_NOW; do
bad  $V vb_$b -DBUG_$b "$C0"
done
for b in NO_PRUNE_FIRST CLEAR_FIRST; do
bad  $V vb_$b -DBUG_$b "$C1"
done
bad  $V vb_WRITTEN_LATE -DBUG_WRITTEN_LATE "-DSTART=put(1,A);n=3;run W(0,WR+A,0,0,2);run R(1,A,1);run S(2,0,A,99,99,1)"
bad  $V vb_WRITTEN_SINCE -DBUG_WRITTEN_SINCE "-DSTART=put(1,A);n=3;run W(0,WR+A,WR+A,0,2);run S(1,0,A,99,99,1);run T()"
full bad $V vb_WRITTEN_BLIND -DBUG_WRITTEN_BLIND "-DSTART=put(1,A);n=4;run W(0,WR+A,WR+A,0,2);run R(1,A,1);run S(2,0,A,99,99,1);run T()"
bad  $V vb_MARK_LATE -DBUG_MARK_LATE "-DSTART=put(1,A);n=2;run W(0,WR+A,0,0,2);run S(1,0,A,A,A,1)"
bad  $V vb_NO_SETTLE_OLD -DBUG_NO_SETTLE_OLD "-DSTART=put(1,A);n=3;run W(0,WR+A,0,0,2);run W(1,WR+A,0,0,3);run S(2,0,A,A,99,1)"
bad  $V vb_OPEN_LATE -DBUG_OPEN_LATE -DNSN=2 "-DSTART=put(1,A);n=3;run W(0,WR+A,0,0,2);run S(1,0,A,A,99,1);run S(2,1,99,99,99,1)"
bad  $V vb_READ_NOSETTLE -DBUG_READ_NOSETTLE "-DSTART=put(1,A);n=3;run W(0,WR+A,0,0,2);run R(1,A,1);run S(2,0,A,A,A,1)"
bad  $V vb_DROP_YOUNG -DBUG_DROP_YOUNG "$D1"
bad  $V vb_cross -DBUG_SNAP_SKIP -DNK=2 -DCROSS "-DSTART=n=2;run W(0,WR+A,WR+B,WR+A,1);run S(1,0,B,A,99,1)"
# versions in the middle of a chain: 2 is shown by a snapshot that is open; 3 and 4, which no other has any more, are held by 0 and 1
FIVE="putAt(1,1);putAt(2,2);putAt(3,3);putAt(4,4);putAt(5,5);prev[2]=1|F;retired=BIT(1);freed=BIT(1);"
CHAIN="$FIVE hold(2,2);hold(3,0);hold(4,1);reg[0]=2;high=1;"
S2="-DSTART=$CHAIN n=3;run H(0,1);run H(1,1);run O(2,0,2,2)"
SW="-DSTART=$CHAIN n=3;run H(1,1);run O(2,0,2,1);run W(3,WR+A,0,0,6)"
SS="-DSTART=$CHAIN n=3;run O(1,0,2,1);run S(2,1,A,A,99,1);run W(3,WR+A,0,0,6)"
# ... likewise, but what the older snapshots show goes as well when they are closed
MID="$FIVE hold(2,0);hold(3,0);hold(4,1);reg[0]=2;high=1;"; ALL="$FIVE hold(2,0);hold(3,1);hold(4,2);reg[0]=2;reg[1]=3;high=2;"
SO="-DSTART=$MID n=4;run H(0,1);run H(1,1);run O(2,0,2,0);run S(3,1,99,99,99,1)"
SC="-DSTART=$ALL n=5;run H(0,1);run H(1,1);run H(2,1);run O(3,0,2,0);run O(4,1,3,0)"
ok   $V s_two "$S2"
ok   $V s_open -DNSN=2 "$SO"
ok   $V s_close -DEAGER -DNSN=2 "$SC"
ok   $V v_space -DEAGER -DCHECK_SPACE=2 -DNSN=2 "-DSTART=put(1,A);reg[0]=1;high=1;n=3;run W(0,WR+A,WR+A,WAIT+1,2);run S(1,1,99,99,99,2);run O(2,0,1,0)"
ok   $V s_space -DEAGER -DCHECK_SPACE=2 "$S2"
ok   $V s_write "$SW"
ok   $V s_short -DNSN=2 "$SS"
ok   $V s_drop "-DSTART=$CHAIN hold(4,3);tomb=BIT(5);absent[A]=absent[A]|BIT(5);n=4;run H(0,1);run H(1,1);run O(2,0,2,1);run D(3,A,1)"
ok   $V s_crash -DCRASH=1 -DHEIR=1 "-DSTART=$CHAIN n=3;run H(0,1);run H(1,2);run O(2,0,2,1)"
live $V s_live "$SW"
full ok $V s_write2 "-DSTART=$CHAIN n=4;run H(0,1);run H(1,1);run O(2,0,2,1);run W(3,WR+A,0,0,6)"
full ok $V s_close2 -DNSN=2 "$SC"
full live $V s_live2 -DCRASH=1 -DHEIR=1 "$S2"
for b in HELD_INTERVAL SPLICE_UNMARKED SPLICE_BLIND SPLICE_PAST SPLICE_UNPINNED; do
bad  $V sb_$b -DBUG_$b "$S2"
done
for b in SPLICE_OVER PRUNE_UNMARKED; do
bad  $V sb_$b -DBUG_$b "$SW"
done
bad  $V sb_SPLICE_PENDING -DBUG_SPLICE_PENDING -DNSN=2 "$SS"
bad  $V sb_OLDER_FIRST -DBUG_OLDER_FIRST -DEAGER -DNSN=2 "$SC"
bad  $V sb_OLDER_PENDING -DBUG_OLDER_PENDING -DNSN=2 "$SO"
# dumps, which pass what they have read, and may be revoked
DU="-DDUMPS -DNK=2"
U1="-DSTART=put(1,B);n=3;run W(0,WR+B,WR+B,0,2);run U(1,0,2);run V(0)"
U2="-DSTART=put(1,B);n=3;run W(0,WR+B+DEL,WR+B,0,2);run U(1,0,1);run D(2,B,1)"
U3="-DSTART=put(1,B);n=4;run W(0,WR+B+DEL,0,0,2);run U(1,0,1);run D(2,B,1);run V(0)"
ok   $V du_one $DU "$U1"
ok   $V du_drop $DU -DEMPTY "$U2"
ok   $V du_drop_revoke $DU -DEMPTY "$U3"
ok   $V v_drop_empty -DEMPTY "$D1"
full ok $V du_two $DU -DNSN=2 "-DSTART=put(1,B);n=3;run W(0,WR+B,WR+B,0,2);run U(1,0,1);run S(2,1,B,B,99,1)"
full ok $V du_crash $DU -DCRASH=1 "-DSTART=put(1,B);n=3;run W(0,WR+B,WR+B,0,2);run U(1,0,1);run V(0)"
for b in STEP_BLIND STEP_EARLY PASS_EARLY STALE_PLACE FREE_FIRST OPEN_BLIND; do
bad  $V dub_$b $DU -DBUG_$b "$U1"
done
bad  $V dub_NO_LOOK $DU -DBUG_NO_LOOK "$U3"
bad  $V dub_DROP_CHAIN $DU -DEMPTY -DBUG_DROP_CHAIN "$U2"
# ... beside versions in the middle of a chain, which a dump needs until it has passed them, or is revoked
DM="-DDUMPS"; H2="run H(0,1);run H(1,1);"
P1="-DSTART=$MID n=3;$H2 run U(2,0,2)"
PL="-DSTART=$FIVE hold(2,2);hold(3,0);hold(4,1);reg[0]=2;reg[1]=3;high=2;n=5;$H2 run O(2,0,2,1);run U(3,1,1);run V(1)"
PS="put(1,A);reg[0]=1;high=1;n=4;run O(0,0,1,1);run W(1,WR+A,WR+A,0,2);run U(2,1,1)"
ok   $V ds_pass $DM "$P1"
ok   $V ds_space $DM -DEAGER -DCHECK_SPACE=2 "-DSTART=$MID passed[0]=1;n=3;$H2 run O(2,0,2,0)"
ok   $V ds_revoke $DM "-DSTART=$MID n=4;$H2 run U(2,0,2);run V(0)"
ok   $V ds_write $DM "-DSTART=$MID n=4;run H(0,1);run U(2,0,1);run V(0);run W(3,WR+A,0,0,6)"
ok   $V ds_drop $DM -DEMPTY "-DSTART=$MID hold(4,3);tomb=BIT(5);absent[A]=absent[A]|BIT(5);n=4;run H(0,1);run U(2,0,1);run D(3,A,1);run V(0)"
ok   $V ds_crash $DM -DCRASH=1 -DHEIR=1 "-DSTART=$MID n=3;run H(0,1);run H(1,2);run U(2,0,2)"
ok   $V ds_long $DM -DNSN=2 -DEAGER "-DSTART=$FIVE hold(2,2);hold(3,0);hold(4,0);reg[0]=2;reg[1]=3;high=2;n=4;run H(0,1);run O(2,0,2,1);run U(3,1,1);run V(1)"
ok   $V ds_short $DM -DNSN=2 -DEAGER "-DSTART=$MID hold(3,3);hold(4,3);n=3;run U(0,0,1);run S(2,1,A,99,99,1);run W(3,WR+A,0,0,6)"
ok   $V ds_short_crash $DM -DCRASH=1 -DNSN=2 -DEAGER "-DSTART=$FIVE hold(2,3);hold(3,3);hold(4,3);reg[0]=2;reg[1]=3;high=2;n=4;run O(1,0,2,0);run U(2,1,1);run V(1);run W(3,WR+A,0,0,6)"
live $V ds_live $DM "$P1"
full ok $V ds_long2 $DM -DNSN=2 "$PL"
ok   $V ds_close $DM -DEAGER -DNSN=2 "-DSTART=$ALL n=5;$H2 run H(2,1);run O(3,0,2,0);run V(1)"
full ok $V ds_short2 $DM -DNSN=3 -DEAGER "-DSTART=$PS;run S(3,2,A,99,99,1)"
full ok $V ds_short_revoke $DM -DNSN=2 -DEAGER "-DSTART=$PS;run V(1)"
full ok $V ds_crash2 $DM -DCRASH=1 -DHEIR=1 "-DSTART=$MID n=4;run H(0,1);run H(1,2);run U(2,0,2);run V(0)"
for b in OLDER_PASSED OLDER_ONCE; do
bad  $V dsb_$b $DM -DBUG_$b "$P1"
done

# ---- horizons
F=horizons.pml
F1="-DSTART=put(1,0);run Writer(DEL,SET,DEL,2);run Dropper(0,1);run Revoker(1);run Dumper(3)"
ok   $F f_one "$F1"
ok   $F f_once -DAT_ONCE "$F1"
ok   $F f_once_recheck -DAT_ONCE -DBUG_NO_RECHECK "$F1"      # its CAS is the second look
ok   $F f_two -DNK=2 "-DSTART=put(1,0);put(2,1);run Writer(DEL,DEL+1,0,3);run Dropper(0,1);run Dropper(1,1);run Revoker(1);run Dumper(2)"
full ok $F f_drop2 "-DSTART=put(1,0);run Writer(DEL,SET,DEL,2);run Dropper(0,2);run Revoker(2);run Dumper(3)"
full ok $F f_writers "-DSTART=put(1,0);run Writer(DEL,SET,0,2);run Writer(DEL,SET,0,4);run Dropper(0,1);run Revoker(1);run Dumper(2)"
for b in HORIZONS_FIRST HORIZON_ABOVE PENDING NO_RECHECK RECHECK_EARLY HORIZON_CLOSED RAISE_EARLY RAISE_BLIND REVOKED_DELTA; do
bad  $F fb_$b -DBUG_$b "$F1"
done
ok   $F f_pass -DPASSES "-DSTART=put(1,0);run Writer(DEL,SET,DEL,2);run Dropper(0,1);run Dumper(2)"
full ok $F f_pass2 -DPASSES "$F1"
bad  $F fb_HORIZON_LATE -DPASSES -DBUG_HORIZON_LATE "$F1"
for b in HORIZONS_FIRST HORIZON_CLOSED; do
bad  $F fb_once_$b -DAT_ONCE -DBUG_$b "$F1"
done

# ---- epochs
E=reclamation.pml
ok   $E e_pin -DROUNDS=1
full ok $E e_pin2 -DROUNDS=2
full ok $E e_before3 -DROUNDS=1 -DTAG_BEFORE -DGAP=3
bad  $E e_before2 -DTAG_BEFORE
bad  $E e_own3 -DROUNDS=1 -DTAG_OWN -DGAP=3
bad  $E e_gap1 -DROUNDS=1 -DGAP=1
bad  $E e_mod3 -DROUNDS=1 -DMOD3
ok   $E e_optimistic -DROUNDS=1 -DOPTIMISTIC
full ok $E e_optimistic2 -DROUNDS=2 -DOPTIMISTIC
bad  $E e_optimistic_gap3 -DROUNDS=1 -DOPTIMISTIC -DOPTIMISTIC_GAP=3
bad  $E e_optimistic_gap1 -DROUNDS=1 -DOPTIMISTIC -DGAP=1

# ---- recovery
Y=recovery.pml
ok   $Y rec
bad  $Y rec_QUERY -DBUG_QUERY
bad  $Y rec_ATTACH -DBUG_ATTACH

# ---- what is left in a record
D=estate.pml
ok   $D estate
full ok $D estate_two -DTWO_ADOPTERS
for b in LEAVE EMPTY CLAIM LOCK TAKE; do
bad  $D estate_$b -DBUG_$b
done

# ---- the reaper of a table
Z=reaper.pml
ok   $Z reaper
bad  $Z reaper_NO_RECORD -DBUG_NO_RECORD
bad  $Z reaper_NO_LOOK -DBUG_NO_LOOK
bad  $Z reaper_NO_OWNER -DBUG_NO_OWNER
bad  $Z reaper_RELEASE -DBUG_RELEASE

# ---- scans by cursor
X=cursor.pml
ok   $X cursor
bad  $X cursor_NO_MOVE -DBUG_NO_MOVE
bad  $X cursor_GO_ON -DBUG_GO_ON
bad  $X cursor_KEEP -DBUG_KEEP

# ---- an entry's end, and its renewal
N=renewal.pml; WHO="run Renewer();run Time();run Reader()"
ok   $N renewal "-DSTART=$WHO;run Snapshot()"
ok   $N renewal_tick "-DSTART=run Renewer();run Time();run Snapshot();run Tick()"
full ok $N renewal_tick2 "-DSTART=$WHO;run Snapshot();run Tick()"
ok   $N renewal_readers "-DSTART=$WHO;run Reader()"
ok   $N renewal_two "-DSTART=$WHO;run Renewer()"
for b in BLIND TICK_LATER TICK_SOON WRITTEN_LATER ONE_LOOK LATE EARLY; do
bad  $N renewal_$b -DBUG_$b "-DSTART=$WHO;run Snapshot()"
done

# ---- waiting for a change
G=waiting.pml; GK="-DSTART=run Waiter(0,0,2);run Writer(0,0,2)"; GA="-DSTART=run Watcher(0);run Writer(0,0,2)"
GD="run Writer(0,0,1);run Recoverer();run Recoverer()"; GM="run Writer(0,0,1);run Mover(0)"
GS="-DSTART=run Waiter(0,0,2);run Waiter(1,0,1);run Writer(0,0,2)"; G1="-DNK=1 -DMOVES"; TWO="run Writer(0,0,1);run Writer(1,1,1)"
ok   $G wait_key "$GK"
ok   $G wait_writers "-DSTART=run Waiter(0,0,2);run Writer(0,0,1);run Writer(1,0,1)"
ok   $G wait_all "$GA"
ok   $G wait_keys "-DSTART=run Watcher(0);$TWO"
ok   $G wait_word -DONE_WORD "-DSTART=run Watcher(0);$TWO"
ok   $G wait_both "-DSTART=run Waiter(0,0,1);run Watcher(2);run Writer(0,0,2)"
ok   $G wait_shared -DSHARED "$GS"
ok   $G wait_move $G1 "-DSTART=value[0]=1;run Waiter(0,0,3);run Writer(1,0,1);$GM"
ok   $G wait_move_all $G1 "-DSTART=value[0]=1;run Watcher(0);$GM"
ok   $G wait_death -DCRASH=1 -DRCRASH=1 "-DSTART=run Waiter(0,0,2);run Writer(1,0,1);$GD"
ok   $G wait_death_all -DCRASH=1 -DRCRASH=1 "-DSTART=run Watcher(0);$GD"
full ok $G wait_one_word -DONE_WORD "-DSTART=run Waiter(0,0,2);run Waiter(1,1,1);run Writer(0,0,2);run Writer(1,1,1)"
full ok $G wait_watchers -DNK=1 "-DSTART=run Watcher(1);run Watcher(2);run Writer(0,0,1)"
full ok $G wait_deaths_all -DCRASH=1 -DRCRASH=1 "-DSTART=run Watcher(0);run Writer(1,1,1);$GD"
for b in LOOK_FIRST NO_COMPARE FLAG_FIRST WAKE_FIRST; do
bad  $G wait_$b -DBUG_$b "$GK"
done
for b in ALL_FIRST COMPARE_FIRST ARM_LATE; do
bad  $G wait_$b -DBUG_$b "$GA"
done
for b in FORGET RECOVER_ARMED; do
bad  $G wait_$b -DCRASH=1 -DBUG_$b "-DSTART=run Waiter(0,0,2);run Writer(1,0,1);$GD"
done
bad  $G wait_RECOVER_ONE -DCRASH=1 -DBUG_RECOVER_ONE "-DSTART=run Watcher(0);$GD"
bad  $G wait_TOLD_ONCE -DSHARED -DBUG_TOLD_ONCE "$GS"
bad  $G wait_COPY_TELLS $G1 -DBUG_COPY_TELLS "-DSTART=value[0]=1;run Waiter(0,0,2);$GM"

# ---- the reserve for the tombstone of the longest key
L=long_key.pml; L1="-DSTART=writers=2;run Writer(1,2,0);run Writer(2,1,0);run Lowerer(3,2)"
L2="-DSTART=writers=2;run Writer(1,2,0);run Writer(2,1,0);run Lowerer(3,1);run Lowerer(4,1)"
LM="-DSTART=writers=2;run Writer(1,2,1);run Writer(2,1,0);run Lowerer(3,1)"
LE="-DSTART=writers=2;run Writer(1,2,0);run Writer(2,2,0);run Lowerer(3,1);run Entry(2)"
ok   $L long_one "$L1"
ok   $L long_move "$LM"
ok   $L long_entry "$LE"
ok   $L long_crash -DCRASH "$L1"
full ok $L long_two "$L2"
for b in NO_SECOND_LOOK IGNORE DOUBT_EARLY DOUBT_LEFT UNSETTLED; do
bad  $L long_$b -DBUG_$b "$L1"
done
bad  $L long_NAMELESS -DBUG_NAMELESS "$L2"
bad  $L long_NO_DOUBT_AFTER -DCRASH -DBUG_NO_DOUBT_AFTER "$L1"
bad  $L long_LOOK_ONLY -DBUG_LOOK_ONLY "$LE"
bad  $L long_MOVE -DBUG_MOVE "$LM"

# ---- free blocks at the words of the transfer cache
B=transfer_cache.pml; GIVE="-DSTART=list[0]=1;link[1]=2;hold[0]=3"; REST="-DSTART=list[0]=1;link[1]=2;link[2]=3"
TAKE="-DSTART=word[0]=1;link[1]=2;count[1]=2;hold[0]=3"; MORE="-DSTART=word[0]=1;link[1]=2;count[1]=2;list[0]=3"
TWO="-DSTART=word[0]=1;next[1]=2;count[1]=1;count[2]=1;hold[0]=3"
ok   $B x_give "$GIVE"
full ok $B x_rest "$REST"
ok   $B x_take "$TAKE"
full ok $B x_heads -DHEADS "$TAKE"                    # enough, as long as whoever comes next settles first
full ok $B x_more "$MORE"
full ok $B x_two "$TWO"
full ok $B x_words -DWORDS=2 "$TAKE"
full ok $B x_cuts -DCUTS=3 "$GIVE"
for b in GOES_ON FINALLY MARK_FIRST WRITE_LATE OLD_LATE GIVE_EARLY TAKE_EARLY CUT_LATE CUT_NONE SETTLE_NONE ADOPT_FIRST; do
bad  $B x_$b -DBUG_$b "$REST"
done
bad  $B x_UNCUT -DBUG_UNCUT "$MORE"
# whoever goes on is dead after that: a block is in two places; ... also if every block is looked at; or a word is claimed for ever
bad  $B x_ghost -DCUTS=1 -DTICK -DBUG_GOES_ON -DHEADS "$TAKE"
bad  $B x_ghost_walk -DCUTS=1 -DTICK -DBUG_GOES_ON "$TAKE"
bad  $B x_ghost_words -DCUTS=1 -DTICK -DBUG_GOES_ON -DWORDS=2 "$TAKE"

# ---- the block in hand, and what is counted with it.  Without optimization: gcc takes minutes for it
U=hand.pml; HAND="-DSTART=slot=1;stamp[1]=1;entries[0]=1;used[0]=1;list[0]=2;list[1]=3"
REAP="-DREAP -DNB=4 -DOPS1=0"; OLD="-DSTART=slot=1;stamp[1]=1;entries[0]=1;used[0]=2;list[0]=2;list[1]=3;table[0]=4"
ok   $U hand_cuts -DOPS1=0 -DCUTS=3 -DTURNS "$HAND"
ok   $U hand_drain -DOPS0=2 -DOPS1=0 "$HAND"
ok   $U hand_both -DCUTS=1 -DOPS1=1 "$HAND"
ok   $U hand_reap $REAP "$OLD"
[ "$depth" = full ] && ok $U hand_turns -DOPS1=1 -DTURNS "$HAND"
[ "$depth" = full ] && ok $U hand_free -DCUTS=1 -DTURNS "$HAND"
[ "$depth" = full ] && ok $U hand_again -DCUTS=1 -DOPS1=3 -DSETS "$HAND"
for b in GOES_ON TAKE_UNSAID TAKE_BLIND USED_LATE COUNT_LATE ANNOUNCE_LATE NO_LOOK; do
bad  $U hand_$b -DCUTS=1 -DOPS1=1 -DBUG_$b "$HAND"
done
for b in FREE_UNSAID FREE_LATE FREE_TWICE FREE_KEPT; do
bad  $U hand_$b -DOPS0=2 -DOPS1=0 -DBUG_$b "$HAND"
done
for b in UNPIN_FIRST WITHDRAW_FIRST; do
bad  $U hand_$b -DCUTS=1 -DOPS1=3 -DSETS -DBUG_$b "$HAND"
done
bad  $U hand_TURN_LATE -DCUTS=1 -DOPS1=0 -DTURNS -DBUG_TURN_LATE "$HAND"
for b in TAIL_LATE REAP_FIRST; do
bad  $U hand_$b $REAP -DBUG_$b "$OLD"
done

# ---- the ledger of chunks.  Without optimization, too
C=allocator.pml
HALF="-DSTART=state[0]=CUT;second[0]=1;cutting[0]=1;cutter[0]=1;list[0]=1;taken[0]=1;settled[0]=1"
ONE="-DSTART=state[0]=3;second[0]=NAME(0);linked[0]=1;taken[0]=1;settled[0]=1;used[0]=2"
PAIR="-DSTART=state[0]=4;state[1]=BODY;second[0]=NAME(0);linked[0]=1;taken[0]=2;settled[0]=2;used[0]=4"
CUTS="-DCUTS=1 -DOPS0=3 -DMENU0=CHUNK+GIVE -DOPS1=1 -DMENU1=GATHER"
GATHER="-DOPS0=2 -DMENU0=CHUNK+GATHER -DOPS1=1 -DMENU1=CHUNK+GATHER"
REST="-DOPS0=1 -DMENU0=CHUNK -DOPS1=0 -DMENU1=0 -DOPS2=2 -DMENU2=CHUNK+GATHER"
KEEP="-DKEEP=1 -DOPS0=3 -DMENU0=TOMB+CHUNK+GIVE -DOPS2=1 -DMENU2=CHUNK"; ALONE="-DCUTS=0 -DOPS1=1 -DMENU1=GATHER"
PAIRS="-DOPS0=1 -DMENU0=RUN2 -DOPS1=1 -DMENU1=DELETE"
OTHER="-DCUTS=1 -DOPS0=1 -DMENU0=RUN1 -DOPS1=0 -DMENU1=0 -DOPS2=2"
TWICE="-DOPS0=1 -DMENU0=RUN1 -DOPS1=0 -DMENU1=0 -DOPS2=1 -DMENU2=RUN1 -DSTART=skip"
EVERY="CHUNK+TAKE+FREE+GIVE+GATHER"
ok   $C chunk_cut $CUTS "$HALF"
ok   $C chunk_gather -DCUTS=1 $GATHER "$HALF"
ok   $C chunk_rest $REST "$HALF"
ok   $C chunk_keep $KEEP $ALONE "$ONE"
ok   $C chunk_pair $PAIRS "$PAIR"
ok   $C chunk_run $OTHER -DMENU2=DELETE+RUN1 "$ONE"
ok   $C chunk_reuse $OTHER -DMENU2=DELETE+CHUNK "$ONE"
ok   $C chunk_claims -DCUTS=1 -DOPS0=1 -DMENU0=RUN2 -DOPS1=1 -DMENU1=RUN1 -DSTART=skip
ok   $C chunk_twice $TWICE
[ "$depth" = full ] && ok $C chunk_cuts -DCUTS=2 $GATHER "$HALF"
[ "$depth" = full ] && ok $C chunk_blocks -DCUTS=1 -DOPS0=3 -DMENU0=$EVERY -DOPS1=2 -DMENU1=$EVERY "$HALF"
[ "$depth" = full ] && ok $C chunk_three -DNC=3 -DCUTS=1 -DOPS0=1 -DMENU0=RUN2+DELETE -DOPS1=1 -DMENU1=RUN2+DELETE+GATHER "$PAIR"
[ "$depth" = full ] && ok $C chunk_kept $KEEP -DCUTS=1 -DOPS1=2 -DMENU1=GATHER+CHUNK "$ONE"
[ "$depth" = full ] && ok $C chunk_mixed -DCUTS=1 -DOPS0=2 -DMENU0=CHUNK+RUN1+GATHER -DOPS1=1 -DMENU1=RUN2+DELETE "$HALF"
for b in GOES_ON COUNT_LATE BALANCE_EARLY TURN_UNSAID TURN_BLIND TURN_LAST UNLINK_FIRST FREE_FIRST LISTED RECORD_LATE; do
bad  $C chunk_$b -DCUTS=1 $GATHER -DBUG_$b "$HALF"
done
for b in CUT_BLIND CUT_LEFT; do
bad  $C chunk_$b $CUTS -DBUG_$b "$HALF"
done
bad  $C chunk_REST_LATE $REST -DBUG_REST_LATE "$HALF"
bad  $C chunk_SUM_ONCE $KEEP $ALONE -DBUG_SUM_ONCE "$ONE"
for b in HEAD_FIRST BODIES RUN_UNSAID; do
bad  $C chunk_$b $PAIRS -DBUG_$b "$PAIR"
done
for b in STAMP_LATE NAME_LATE NAME_LEFT ASIDE_NAMED ASIDE_UNSAID UNSETTLED NO_SETTLE NO_RECHECK; do
bad  $C chunk_$b $OTHER -DMENU2=DELETE+RUN1 -DBUG_$b "$ONE"
done
bad  $C chunk_NAME_MARK $OTHER -DMENU2=DELETE+CHUNK -DBUG_NAME_MARK "$ONE"
bad  $C chunk_NAME_KEPT $TWICE -DBUG_NAME_KEPT

# ---- transactions over several keys
X=transactions.pml
T12="run P(0,TXO+1,0,9);run P(1,TXO+2,0,10)"
TA="run P(0,TXO+1,0,9);run P(1,WR+A,0,10)"
XPAIR="wset[1]=3;wset[2]=3;$T12"
SKEW="gset[1]=1;wset[1]=2;wset[2]=1;gset[2]=2;$T12"
GA="gset[1]=1;wset[1]=2;$TA"          # relies on A, writes B, while A is written
GB="gset[1]=2;wset[1]=1;$TA"          # relies on B, writes A, while A is written: helpers install the guard
GW="gset[1]=2;wset[1]=1;run P(0,TXO+1,0,9);run P(1,WR+B,0,10)"
WA="wset[1]=3;$TA"
XONE="wset[1]=3;run P(0,TXO+1,0,9)"
K3="wset[1]=7;run P(0,TXO+1,0,9);run P(1,WR+A,0,10);run P(2,WR+D,0,11)"
EX="wset[1]=3;run P(0,TXO+1,0,9);run R(1,A,A,1);run P(2,WR+B,0,10);run Env()"
ok   $X t_one "-DSTART=nwork=2;$XONE;run R(1,A,B,1)"
ok   $X t_single_read "-DSTART=nwork=3;$WA;run R(2,A,B,1)"
full ok $X t_single_snap "-DSTART=nwork=3;$WA;run S(2,0,B,A)"
full ok $X t_guard_snap "-DSTART=nwork=3;$GA;run S(2,0,B,A)"
ok   $X t_written -DWRITTEN "-DSTART=nwork=2;$XONE;run S(1,0,B,A)"
full ok $X t_abort -DABORTS "-DSTART=nwork=3;$WA;run S(2,0,B,A)"
full ok $X t_expiry -DEXPIRY "-DSTART=nwork=3;$EX"
ok   $X t_move -DMOVE "-DSTART=nwork=3;$WA;run Mv(2)"
ok   $X t_move_read -DMOVE "-DSTART=nwork=3;$XONE;run R(1,A,B,1);run Mv(2)"
ok   $X t_move_snap -DMOVE "-DSTART=nwork=3;$XONE;run S(1,0,A,B);run Mv(2)"
full ok $X t_pair_read "-DSTART=nwork=3;$XPAIR;run R(2,A,B,1)"
full ok $X t_skew_read "-DSTART=nwork=3;$SKEW;run R(2,B,A,1)"
ok   $X t_guarded "-DSTART=nwork=2;$GB"
full ok $X t_guard_read "-DSTART=nwork=3;$GB;run R(2,B,A,1)"
full ok $X t_help "-DSTART=nwork=3;wset[1]=3;wset[2]=2;$T12;run P(2,WR+A,0,11)"
full ok $X t_three -DNK=3 "-DSTART=nwork=3;$K3"
full ok $X t_move_guard -DMOVE "-DSTART=nwork=3;$GB;run Mv(2)"
full ok $X t_written_single -DWRITTEN "-DSTART=nwork=3;$WA;run S(2,0,B,A)"
# keys that are absent, or are deleted
NEW="NONE(A);wset[1]=3;$TA"
DEL1="DELETES(1,A);wset[1]=3"
ok   $X t_new "-DSTART=nwork=2;$NEW"
ok   $X t_new_read "-DSTART=nwork=2;NONE(A);$XONE;run R(1,A,B,1)"
ok   $X t_new_snap "-DSTART=nwork=2;NONE(A);$XONE;run S(1,0,A,B)"
full ok $X t_new_guard "-DSTART=nwork=3;NONE(A);$GA;run S(2,0,B,A)"
ok   $X t_delete "-DSTART=nwork=2;$DEL1;run P(0,TXO+1,0,9);run S(1,0,B,A)"
full ok $X t_delete_single "-DSTART=nwork=3;$DEL1;$TA;run S(2,0,B,A)"
ok   $X t_new_guarded "-DSTART=nwork=2;NONE(A);$GA"
ok   $X t_gives -DGONES -DGIVES "-DSTART=nwork=2;NONE(A);wset[1]=3;run P(0,TXO+1,0,9);run P(1,WR+A,0,11)"
ok   $X t_gives_read -DGONES -DGIVES "-DSTART=nwork=3;NONE(A);$XONE;run P(1,WR+B,0,11);run R(2,A,B,1)"
ok   $X t_gone -DGONES "-DSTART=nwork=2;wset[1]=3;run P(0,TXO+1,0,9);run P(1,WR+DL+A,WR+A,10)"
full ok $X t_gone_snap -DGONES "-DSTART=nwork=3;$XONE;run P(1,WR+DL+A,0,11);run S(2,0,A,B)"
ok   $X t_move_new -DMOVE "-DSTART=nwork=3;DELETED(A);$XONE;run P(1,WR+A,0,10);run Mv(2)"
ok   $X t_move_delete -DMOVE "-DSTART=nwork=3;$DEL1;run P(0,TXO+1,0,9);run R(1,A,B,1);run Mv(2)"
full ok $X t_new_single "-DSTART=nwork=3;$NEW;run R(2,A,B,1)"
full ok $X t_gone_read -DGONES "-DSTART=nwork=3;wset[1]=3;run P(0,TXO+1,0,9);run P(1,WR+DL+A,WR+A,10);run R(2,A,B,1)"
full ok $X t_gone_guard -DGONES "-DSTART=nwork=3;gset[1]=1;wset[1]=2;run P(0,TXO+1,0,9);run P(1,WR+DL+A,WR+A,10);run S(2,0,B,A)"
full ok $X t_new_pair "-DSTART=nwork=2;NONE(A);NONE(B);wset[1]=3;wset[2]=3;run P(0,TXO+1,0,9);run P(1,TXO+2,0,11)"
# deaths, of recoverers, too
RE="run P(2,RECO,0,9)"; RES="run P(2,RECO,0,9);run P(3,RECO,0,9)"
ok   $X t_death -DCRASH=1 "-DSTART=nwork=2;$WA;$RE"
ok   $X t_death_guard -DCRASH=1 "-DSTART=nwork=2;$GA;$RE"
ok   $X t_death_help -DCRASH=1 "-DSTART=nwork=2;$GB;$RE"
ok   $X t_death_new -DCRASH=1 "-DSTART=nwork=1;NONE(A);$XONE;$RE"
ok   $X t_deaths -DCRASH=2 -DRECDIE "-DSTART=nwork=1;$XONE;$RES"
ok   $X t_deaths_guard -DCRASH=2 -DRECDIE "-DSTART=nwork=1;gset[1]=1;wset[1]=2;run P(0,TXO+1,0,9);$RES"
full ok $X t_death_pair -DCRASH=1 "-DSTART=nwork=2;wset[1]=3;wset[2]=2;$T12;$RE"
full ok $X t_death_both -DCRASH=2 "-DSTART=nwork=2;$WA;$RE"
full ok $X t_deaths_help -DCRASH=2 -DRECDIE "-DSTART=nwork=2;$GB;$RES"
full ok $X t_deaths_single -DCRASH=2 -DRECDIE "-DSTART=nwork=2;$WA;$RES"
full ok $X t_death_read -DCRASH=1 "-DSTART=nwork=3;$GB;run R(3,B,A,1);$RE"
full ok $X t_death_snap -DCRASH=1 "-DSTART=nwork=3;$WA;run S(3,0,B,A);$RE"
full ok $X t_move_death -DMOVE -DCRASH=1 "-DSTART=nwork=3;$WA;run Mv(3);$RE"
live $X t_live -DCRASH=1 -DNOREC "-DSTART=nwork=2;$XPAIR"
live $X t_live_guard -DCRASH=1 -DNOREC "-DSTART=nwork=2;$SKEW"
live $X t_live_move -DMOVE -DCRASH=1 -DNOREC "-DSTART=nwork=2;$XONE;run Mv(1)"
live $X t_live_new -DCRASH=1 -DNOREC "-DSTART=nwork=2;$NEW"
full live $X t_live_single -DCRASH=1 -DNOREC "-DSTART=nwork=3;$WA;run P(2,WR+B,0,11)"
bad  $X tb_PREV_LATE -DBUG_PREV_LATE "-DSTART=nwork=3;$WA;run R(2,A,B,1)"
bad  $X tb_SKIP_READY -DBUG_SKIP_READY "-DSTART=nwork=3;$XONE;run S(1,0,B,A);run R(2,A,B,1)"
bad  $X tb_TICK_EARLY -DBUG_TICK_EARLY "-DSTART=nwork=3;$XONE;run S(1,0,B,A);run R(2,A,B,1)"
full bad $X tb_SKIP_READY_snap -DBUG_SKIP_READY "-DSTART=nwork=3;$WA;run S(2,0,B,A)"
bad  $X tb_WRITTEN_LATE -DWRITTEN -DBUG_WRITTEN_LATE "-DSTART=nwork=2;$XONE;run S(1,0,B,A)"
for b in NO_LOOK LOOK_VOID; do bad $X tb_$b -DBUG_$b "-DSTART=nwork=2;$GB"; done
bad  $X tb_NO_LOOK_three -DNK=3 -DBUG_NO_LOOK "-DSTART=nwork=3;$K3"
bad  $X tb_ONE_GRACE -DBUG_ONE_GRACE "-DSTART=nwork=3;$GW;run R(2,B,A,1)"
bad  $X tb_UNDO_RETIRES -DBUG_UNDO_RETIRES "-DSTART=nwork=2;wset[1]=3;run P(0,TXO+1,0,9);run P(1,WR+B,0,10)"
for b in FREE_NOW OVERWRITE VOID_FIRST NO_STAMPS; do bad $X tb_$b -DBUG_$b "-DSTART=nwork=3;$WA;run R(2,A,B,1)"; done
for b in GUARD_EARLY NO_GUARD; do bad $X tb_$b -DBUG_$b "-DSTART=nwork=3;$GA;run S(2,0,B,A)"; done
bad  $X tb_NO_GUARD_skew -DBUG_NO_GUARD "-DSTART=nwork=3;$SKEW;run R(2,B,A,1)"
bad  $X tb_NO_TRIM_OLD -DBUG_NO_TRIM_OLD "-DSTART=nwork=2;wset[1]=3;run P(0,WR+A,TXO+1,9);run P(1,WR+A,0,11)"
bad  $X tb_MOVED_UNDO -DMOVE -DBUG_MOVED_UNDO "-DSTART=nwork=3;wset[1]=3;run P(0,TXO+1,0,9);run P(1,WR+B,0,10);run Mv(2)"
bad  $X tb_DROP_PART -DMOVE -DBUG_DROP_PART "-DSTART=nwork=2;$DEL1;run P(0,TXO+1,0,9);run Mv(1)"
bad  $X tb_ABSENT_BLIND -DBUG_ABSENT_BLIND "-DSTART=nwork=2;NONE(A);$GA"
bad  $X tb_DROP_OTHERS -DGONES -DGIVES -DBUG_DROP_OTHERS "-DSTART=nwork=2;NONE(A);wset[1]=3;run P(0,TXO+1,0,9);run P(1,WR+A,0,11)"
bad  $X tb_DROP_YOUNG -DGONES -DBUG_DROP_YOUNG "-DSTART=nwork=3;$XONE;run P(1,WR+DL+A,0,11);run S(2,0,A,B)"
bad  $X tb_REC_PIN -DCRASH=1 -DBUG_REC_PIN "-DSTART=nwork=2;$GB;$RE"
bad  $X tb_REC_OWNER -DCRASH=1 -DBUG_REC_OWNER "-DSTART=nwork=2;$WA;$RE"
bad  $X tb_REC_BLIND -DCRASH=1 -DBUG_REC_BLIND "-DSTART=nwork=1;$XONE;$RE"
for b in REC_CLEAR REC_BOTH; do bad $X tb_$b -DCRASH=2 -DRECDIE -DBUG_$b "-DSTART=nwork=1;$XONE;$RES"; done
bad  $X tb_COUNT_LATE -DCRASH=1 -DBUG_COUNT_LATE "-DSTART=nwork=1;$XONE;$RE"
for b in ONE_LOOK WALL_FIRST; do bad $X tb_$b -DEXPIRY -DBUG_$b "-DSTART=nwork=3;$EX"; done
hang $X tb_ORDER -DBUG_ORDER "-DSTART=nwork=2;$XPAIR"

# ---- what a replaced tree leaves
E=leavings.pml
LA="run W(0,UPD_A,0,2,4)"; LAA="run W(0,UPD_A,UPD_A,2,4)"; LB="run W(1,UPD_B,0,4,8)"; LD="run W(1,DEL,0,4,8)"
L1="-DSTART=ended[1]=1;nwork=2;$LAA;run Rc(3)"
LSNAP="-DSTART=nwork=2;$LAA;run S(2)"
LDUMP="-DSTART=nwork=3;$LAA;run S(2);run Revoke()"
ok   $E leave_snap -DREADS=2 "$LSNAP"
ok   $E leave_delete -DREADS=2 "-DSTART=nwork=2;run W(0,UPD_A,DEL,2,4);run S(2)"
ok   $E leave_dump -DDUMP -DREADS=2 "$LDUMP"
ok   $E leave_death -DCRASH=1 -DSTOPS=2 "$L1"
ok   $E leave_death_pair -DCRASH=1 -DSTOPS=1 "-DSTART=nwork=3;run W(0,DEL,0,2,4);$LB;run Rc(3)"
ok   $E leave_death_snap -DCRASH=1 "-DSTART=ended[1]=1;nwork=3;$LAA;run Rc(3);run S(2)"
ok   $E leave_death_delete -DCRASH=1 "-DSTART=ended[1]=1;nwork=3;run W(0,UPD_A,DEL,2,4);run Rc(3);run S(2)"
ok   $E leave_death_dump -DCRASH=1 -DDUMP "-DSTART=ended[1]=1;nwork=4;$LA;run Rc(3);run S(2);run Revoke()"
full ok $E leave_pair "-DSTART=nwork=3;$LA;$LB;run S(2)"
full ok $E leave_pair_delete "-DSTART=nwork=3;$LA;$LD;run S(2)"
for b in UNSAID KEEP_DRAFT HAND_FIRST NO_LOOK; do bad $E leave_$b -DCRASH=1 -DBUG_$b "$L1"; done
bad  $E leave_WITHDRAW_FIRST -DCRASH=1 -DBUG_WITHDRAW_FIRST "-DSTART=nwork=3;run W(0,DEL,0,2,4);run W(1,UPD_B,UPD_B,4,6);run Rc(3)"
bad  $E leave_ALL_FREE -DBUG_ALL_FREE "-DSTART=nwork=2;$LA;run Helper(1)"
for b in JUDGE_EARLY JUDGE_PENDING; do bad $E leave_$b -DBUG_$b "$LSNAP"; done
for b in JUDGE_DUE RELEASE_NOW; do bad $E leave_$b -DDUMP -DBUG_$b "$LDUMP"; done
bad  $E leave_BY_VERSION -DBUG_BY_VERSION "-DSTART=nwork=2;run W(0,UPD_B,UPD_A,2,4);run S(2)"
bad  $E leave_HOME_NEW -DBUG_HOME_NEW "-DSTART=nwork=2;run W(0,UPD_A,DEL,2,4);run S(2)"
bad  $E leave_BIRTH_EARLY -DBUG_BIRTH_EARLY "-DSTART=nwork=3;$LA;$LB;run S(2)"
for b in CHAIN BIRTH_LATE; do bad $E leave_$b -DBUG_$b "-DSTART=nwork=2;$LA;run W(1,UPD_A,0,4,8)"; done

# ---- a structure from a file
LO=loading.pml
ok   $LO load_alive
ok   $LO load_death -DCRASH=1 -DSTOPS=2
ok   $LO load_cut -DCUTS=1
ok   $LO load_cut_death -DCUTS=1 -DCRASH=1 -DSTOPS=1
bad  $LO load_ONE_WORD -DBUG_ONE_WORD
for b in CLEAR_FIRST CLEAR_LATE BACK_FIRST BOTH LEFT; do bad $LO load_$b -DCRASH=1 -DBUG_$b; done
bad  $LO load_BOTH_LAST -DCRASH=1 -DSTOPS=1 -DBUG_BOTH_LAST

# ---- the small queue of eviction
Q=small_queue.pml
ok   $Q q_two -DEXACT "-DSTART=working=4;run Put(1);run Put(2);run Take(2);run Take(2)"
ok   $Q q_three -DNP=3 -DEXACT "-DSTART=working=4;run Put(1);run Put(2);run Put(3);run Take(3)"
ok   $Q q_death -DCRASH=1 "-DSTART=working=4;run Put(1);run Put(2);run Take(2);run Take(1)"
ok   $Q q_overrun -DNP=1 "-DSTART=working=4;run Put(1);run Put(2);run Take(2);run Take(1)"
full ok $Q q_overrun_two -DCRASH=1 "-DSTART=working=5;run Put(1);run Put(2);run Put(3);run Take(2);run Take(2)"
bad  $Q qb_NO_EMPTY -DBUG_NO_EMPTY "-DSTART=working=4;run Put(1);run Put(2);run Take(2);run Take(1)"
bad  $Q qb_PLAIN_EMPTY -DNP=1 -DBUG_PLAIN_EMPTY "-DSTART=working=4;run Put(1);run Put(2);run Take(2);run Take(1)"
bad  $Q qb_TAIL_APART -DEXACT -DBUG_TAIL_APART "-DSTART=working=4;run Put(1);run Put(2);run Take(2);run Take(1)"

# ---- leases of what is being loaded
LE=leases.pml
L1="run Loader(1,1,0)"; L2="run Loader(2,2,0)"; LDIES="-DDEATHS=1"; LNEXT="$L1;run Recoverer();run Loader(1,2,1)"
ok   $LE lease_two "-DSTART=working=3;$L1;$L2;run Deleter()"
full ok $LE lease_four "-DSTART=working=4;$L1;$L2;run Deleter();run Deleter()"
ok   $LE lease_set "-DSTART=working=3;$L1;run Setter();run Evictor()"
full ok $LE lease_set_two "-DSTART=working=4;$L1;run Setter();$L2;run Evictor()"
ok   $LE lease_both -DORDERLY "-DSTART=working=5;$L1;run Deleter();run Setter();run Setter();run Evictor()"
ok   $LE lease_copy "-DSTART=working=4;$L1;run Deleter();run Copier();run Reader()"
full ok $LE lease_copy_both -DORDERLY "-DSTART=working=5;$L1;run Deleter();run Setter();run Copier();run Reader()"
ok   $LE lease_death $LDIES "-DSTART=working=4;$LNEXT;run Deleter()"
ok   $LE lease_death_set $LDIES "-DSTART=working=5;$L1;run Recoverer();run Setter();run Evictor();run Reader()"
full ok $LE lease_death_read $LDIES "-DSTART=working=6;$LNEXT;run Deleter();run Deleter();run Reader()"
for b in CHECK_FIRST LOOK_FIRST LEASE_LATE FLAG_LATE; do bad $LE lease_$b -DBUG_$b "-DSTART=working=2;$L1;run Deleter()"; done
for b in LINK_OVER TAKE_ANY; do bad $LE lease_$b -DBUG_$b "-DSTART=working=2;$L1;run Setter()"; done
for b in LINK_FIRST SET_LEAVES; do bad $LE lease_$b -DBUG_$b "-DSTART=working=3;$L1;run Setter();run Evictor()"; done
bad  $LE lease_READ_BLIND -DBUG_READ_BLIND "-DSTART=working=3;$L1;run Deleter();run Reader()"
bad  $LE lease_WRITE_BLIND -DBUG_WRITE_BLIND "-DSTART=working=2;$L1;run Deleter()"
bad  $LE lease_COPY_BLIND -DBUG_COPY_BLIND "-DSTART=working=3;$L1;run Deleter();run Copier()"
bad  $LE lease_RECOVER_BLIND $LDIES -DBUG_RECOVER_BLIND "-DSTART=working=3;$L1;run Recoverer();run Deleter()"
bad  $LE lease_REUSE $LDIES -DBUG_REUSE "-DSTART=working=4;$LNEXT;run Deleter()"

# ---- inboxes
I=inbox.pml; I3="-DNM=3"
IONE="-DSTART=nwork=2;run P(0,2);run O(2,1);run R(3)"
ITWO="-DSTART=nwork=3;run P(0,2);run P(1,1);run O(2,2);run R(3)"
IEND="-DSTART=nwork=3;run P(0,1);run P(1,1);run O(2,1);run R(3)"
ok   $I inbox_two "-DSTART=nwork=3;run P(0,2);run P(1,1);run O(2,9);run R(3)"
ok   $I inbox_full -DMOST=1 "$ITWO"
ok   $I inbox_deaths $I3 -DCRASH=2 -DSTOPS=1 "$IONE"
ok   $I inbox_end $I3 -DCRASH=1 "$IEND"
full ok $I inbox_end_stops $I3 -DCRASH=1 -DSTOPS=1 "$IEND"
full ok $I inbox_two_death $I3 -DCRASH=1 "$ITWO"
full ok $I inbox_full_death $I3 -DCRASH=1 -DMOST=1 "$ITWO"
for b in NO_PIN UNPIN_EARLY NO_MARK MARK_LATE MARK_SOME MARK_FIRST NO_RETELL SLEEP_ANYWAY STORE UNSAID WITHDRAW REC_NO_MARK DRAFT_LAST; do
bad  $I inbox_$b $I3 -DCRASH=1 -DBUG_$b "$ITWO"
done
bad  $I inbox_NO_LOOK $I3 -DCRASH=1 -DSTOPS=1 -DBUG_NO_LOOK "$IONE"
bad  $I inbox_PUSH_FULL -DMOST=1 -DBUG_PUSH_FULL "$ITWO"
