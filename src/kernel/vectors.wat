;; Comparing a vector with others, several components at a time: what `plain_kernel.ts` of the
;; vectors does, with the same results: floats are added in the order that is described there.
(module
  ;; What is searched, which other workers write, too; and what belongs to this thread alone.
  (import "memory" "segment" (memory $segment 1 65536 shared))
  (import "memory" "own" (memory $own 1))

  ;; The sum of four floats, in pairs.
  (func $lanes (param $v v128) (result f32)
    (f32.add
      (f32.add
        (f32x4.extract_lane 0 (local.get $v))
        (f32x4.extract_lane 1 (local.get $v)))
      (f32.add
        (f32x4.extract_lane 2 (local.get $v))
        (f32x4.extract_lane 3 (local.get $v)))))

  ;; Dot products, each times the factor of its vector. Addresses and lengths are in bytes.
  (func (export "dots")
    (param $rows i32) (param $factors i32) (param $count i32)
    (param $bytes i32) (param $query i32) (param $scores i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $row i32) (local $at i32) (local $end i32) (local $whole i32)
    (local.set $row (local.get $rows))
    (local.set $end (i32.add (local.get $query) (local.get $bytes)))
    (local.set $whole
      (i32.add (local.get $query) (i32.and (local.get $bytes) (i32.const -64))))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $a (v128.const i32x4 0 0 0 0))
        (local.set $b (v128.const i32x4 0 0 0 0))
        (local.set $c (v128.const i32x4 0 0 0 0))
        (local.set $d (v128.const i32x4 0 0 0 0))
        (local.set $at (local.get $query))
        (block $rest
          (loop $sixteen
            (br_if $rest (i32.eq (local.get $at) (local.get $whole)))
            (local.set $a (f32x4.add (local.get $a) (f32x4.mul
              (v128.load $segment (local.get $row))
              (v128.load $own (local.get $at)))))
            (local.set $b (f32x4.add (local.get $b) (f32x4.mul
              (v128.load $segment offset=16 (local.get $row))
              (v128.load $own offset=16 (local.get $at)))))
            (local.set $c (f32x4.add (local.get $c) (f32x4.mul
              (v128.load $segment offset=32 (local.get $row))
              (v128.load $own offset=32 (local.get $at)))))
            (local.set $d (f32x4.add (local.get $d) (f32x4.mul
              (v128.load $segment offset=48 (local.get $row))
              (v128.load $own offset=48 (local.get $at)))))
            (local.set $row (i32.add (local.get $row) (i32.const 64)))
            (local.set $at (i32.add (local.get $at) (i32.const 64)))
            (br $sixteen)))
        (block $sum
          (loop $four
            (br_if $sum (i32.eq (local.get $at) (local.get $end)))
            (local.set $a (f32x4.add (local.get $a) (f32x4.mul
              (v128.load $segment (local.get $row))
              (v128.load $own (local.get $at)))))
            (local.set $row (i32.add (local.get $row) (i32.const 16)))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (br $four)))
        (f32.store $own (local.get $scores)
          (f32.mul
            (call $lanes (f32x4.add
              (f32x4.add (local.get $a) (local.get $b))
              (f32x4.add (local.get $c) (local.get $d))))
            (f32.load $segment (local.get $factors))))
        (local.set $factors (i32.add (local.get $factors) (i32.const 4)))
        (local.set $scores (i32.add (local.get $scores) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next))))

  ;; Squares of distances, negated.
  (func (export "closeness")
    (param $rows i32) (param $factors i32) (param $count i32)
    (param $bytes i32) (param $query i32) (param $scores i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $row i32) (local $at i32) (local $end i32) (local $whole i32)
    (local $x v128)
    (local.set $row (local.get $rows))
    (local.set $end (i32.add (local.get $query) (local.get $bytes)))
    (local.set $whole
      (i32.add (local.get $query) (i32.and (local.get $bytes) (i32.const -64))))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $a (v128.const i32x4 0 0 0 0))
        (local.set $b (v128.const i32x4 0 0 0 0))
        (local.set $c (v128.const i32x4 0 0 0 0))
        (local.set $d (v128.const i32x4 0 0 0 0))
        (local.set $at (local.get $query))
        (block $rest
          (loop $sixteen
            (br_if $rest (i32.eq (local.get $at) (local.get $whole)))
            (local.set $x (f32x4.sub
              (v128.load $segment (local.get $row))
              (v128.load $own (local.get $at))))
            (local.set $a (f32x4.add (local.get $a)
              (f32x4.mul (local.get $x) (local.get $x))))
            (local.set $x (f32x4.sub
              (v128.load $segment offset=16 (local.get $row))
              (v128.load $own offset=16 (local.get $at))))
            (local.set $b (f32x4.add (local.get $b)
              (f32x4.mul (local.get $x) (local.get $x))))
            (local.set $x (f32x4.sub
              (v128.load $segment offset=32 (local.get $row))
              (v128.load $own offset=32 (local.get $at))))
            (local.set $c (f32x4.add (local.get $c)
              (f32x4.mul (local.get $x) (local.get $x))))
            (local.set $x (f32x4.sub
              (v128.load $segment offset=48 (local.get $row))
              (v128.load $own offset=48 (local.get $at))))
            (local.set $d (f32x4.add (local.get $d)
              (f32x4.mul (local.get $x) (local.get $x))))
            (local.set $row (i32.add (local.get $row) (i32.const 64)))
            (local.set $at (i32.add (local.get $at) (i32.const 64)))
            (br $sixteen)))
        (block $sum
          (loop $four
            (br_if $sum (i32.eq (local.get $at) (local.get $end)))
            (local.set $x (f32x4.sub
              (v128.load $segment (local.get $row))
              (v128.load $own (local.get $at))))
            (local.set $a (f32x4.add (local.get $a)
              (f32x4.mul (local.get $x) (local.get $x))))
            (local.set $row (i32.add (local.get $row) (i32.const 16)))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (br $four)))
        (f32.store $own (local.get $scores)
          (f32.neg
            (call $lanes (f32x4.add
              (f32x4.add (local.get $a) (local.get $b))
              (f32x4.add (local.get $c) (local.get $d))))))
        (local.set $factors (i32.add (local.get $factors) (i32.const 4)))
        (local.set $scores (i32.add (local.get $scores) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next))))

  ;; Estimates, and how far they may be off, from codes of 8 bits. The query has five floats, padded
  ;; to 32 bytes, before its codes of 16 bits; a row four floats before its codes.
  (func (export "estimates")
    (param $rows i32) (param $step i32) (param $count i32)
    (param $query i32) (param $scores i32) (param $slacks i32)
    (local $sum v128) (local $codes v128)
    (local $row i32) (local $at i32) (local $end i32) (local $first i32)
    (local $scale f32) (local $base f32)
    (local.set $first (i32.add (local.get $query) (i32.const 32)))
    (local.set $end
      (i32.add (local.get $first)
        (i32.shl (i32.sub (local.get $step) (i32.const 16)) (i32.const 1))))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $sum (v128.const i32x4 0 0 0 0))
        (local.set $row (i32.add (local.get $rows) (i32.const 16)))
        (local.set $at (local.get $first))
        (block $rest
          (loop $sixteen
            (br_if $rest (i32.eq (local.get $at) (local.get $end)))
            (local.set $codes (v128.load $segment (local.get $row)))
            (local.set $sum (i32x4.add (local.get $sum) (i32x4.add
              (i32x4.dot_i16x8_s
                (i16x8.extend_low_i8x16_s (local.get $codes))
                (v128.load $own (local.get $at)))
              (i32x4.dot_i16x8_s
                (i16x8.extend_high_i8x16_s (local.get $codes))
                (v128.load $own offset=16 (local.get $at))))))
            (local.set $row (i32.add (local.get $row) (i32.const 16)))
            (local.set $at (i32.add (local.get $at) (i32.const 32)))
            (br $sixteen)))
        (local.set $scale (f32.load $segment (local.get $rows)))
        (local.set $base (f32.load $segment offset=4 (local.get $rows)))
        (f32.store $own (local.get $scores)
          (f32.add
            (f32.mul
              (f32.mul (f32.load $own (local.get $query)) (local.get $scale))
              (f32.convert_i32_s
                (i32.add
                  (i32.add
                    (i32x4.extract_lane 0 (local.get $sum))
                    (i32x4.extract_lane 1 (local.get $sum)))
                  (i32.add
                    (i32x4.extract_lane 2 (local.get $sum))
                    (i32x4.extract_lane 3 (local.get $sum))))))
            (local.get $base)))
        (f32.store $own (local.get $slacks)
          (f32.add
            (f32.add
              (f32.mul
                (f32.load $own offset=4 (local.get $query))
                (f32.load $segment offset=8 (local.get $rows)))
              (f32.mul
                (f32.load $own offset=8 (local.get $query))
                (f32.load $segment offset=12 (local.get $rows))))
            (f32.sub
              (f32.load $own offset=12 (local.get $query))
              (f32.mul
                (f32.load $own offset=16 (local.get $query))
                (local.get $base)))))
        (local.set $rows (i32.add (local.get $rows) (local.get $step)))
        (local.set $scores (i32.add (local.get $scores) (i32.const 4)))
        (local.set $slacks (i32.add (local.get $slacks) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))))
