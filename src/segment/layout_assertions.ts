/**
 * What must be true of the layout, for the compiler to check: `deno check` fails where it is not,
 * and names the field. Nothing here exists at run time. What types cannot say (flags, sums of more
 * than a few hundred words) is in `tests/segment/layout_test.ts`.
 *
 * @module
 */

import type * as layout from "./layout.ts";
import type {
  Differ,
  None,
  NotOnLine,
  Odd,
  OnLine,
  Outside,
  Overlaps,
  Range,
} from "./layout_types.ts";

type Layout = typeof layout;
type Named<Prefix extends string> = Pick<
  Layout,
  Extract<keyof Layout, `${Prefix}_${string}`>
>;

type Header = Named<"H">;
type HeaderWidths = {
  H_ID: 2;
  H_SEED: 2;
  /** A length, and `CODEC_NAME_BYTES`. */
  H_KEY_CODEC: 32;
  H_VALUE_CODEC: 32;
  H_NO_KEY: Layout["V_HEADER_WORDS"];
  /** `DISK_FIELDS` f64s. */
  H_DISK: 12;
  H_IDLE: 2;
  /** Two words for each of `ROOTS`. */
  H_ROOTS: 16;
};

type Participant = Named<"P">;
type ParticipantWidths = {
  P_REGISTRY: Layout["REGISTRY_WORDS"];
  /** An f64 for each of `COUNTERS`. */
  P_COUNTERS: 24;
  /** An f64 for each of `LOAD_COUNTERS`. */
  P_LOAD_COUNTERS: 6;
  P_RESULT: 2;
  P_FREE: Layout["MAX_CLASSES"];
  P_CHUNK: Layout["MAX_CLASSES"];
  P_FREE_COUNT: Layout["MAX_CLASSES"];
  P_KEY: Layout["KEY_SCRATCH_WORDS"];
  P_NOTES: Layout["REGISTRY_WORDS"];
};

type Table = Named<"T">;
type Structure = Named<"S">;
type Node = Named<"N">;
type Message = Named<"M">;
/**
 * A newest version is in no queue: the words for the number of its writes and for its weight are a
 * queue's later.
 */
type Version = Omit<
  Named<"V">,
  "V_HEADER_BYTES" | "V_HEADER_WORDS" | "V_WRITES" | "V_WEIGHT"
>;
/** What queues and free lists write in every record. */
type Queue = Named<"R">;
/** What the first block of a batch has, too. */
type Batch = Named<"B">;
type Single = Record<never, number>;

/** No two fields of a record share a word, and each lies within its record. */
export type Apart = [
  None<Overlaps<Header, HeaderWidths>>,
  None<Outside<Header, HeaderWidths, Layout["TRANSFER"]>>,
  None<Overlaps<Participant, ParticipantWidths>>,
  None<Outside<Participant, ParticipantWidths, Layout["PARTICIPANT_WORDS"]>>,
  None<Overlaps<Table & Queue, Single>>,
  None<Outside<Omit<Table, "T_SLOTS">, Single, Layout["T_SLOTS"]>>,
  None<Overlaps<Omit<Node, "N_REFS"> & Queue, Single>>,
  None<
    Outside<
      Pick<Node, "N_CHILDREN" | "N_BIRTH"> & Queue,
      Single,
      Layout["N_FIRST"]
    >
  >,
  None<Overlaps<Message & Omit<Node, "N_BIRTH" | "N_REFS"> & Queue, Single>>,
  None<Outside<Omit<Message, "M_FIRST">, Single, Layout["M_FIRST"]>>,
  None<Overlaps<Structure, Single>>,
  None<Outside<Omit<Structure, "S_FIRST">, Single, Layout["S_FIRST"]>>,
  None<Overlaps<Version & Queue, Single>>,
  None<Outside<Version & Queue, Single, Layout["V_HEADER_WORDS"]>>,
  None<Overlaps<Batch & Pick<Queue, "R_LINK">, Single>>,
  // Of a descriptor: the state, and a word that depends on it.
  None<Differ<Layout["DESCRIPTOR_WORDS"], 2>>,
];

/** The widths that are written out as numbers. */
export type Written = [
  None<Differ<Layout["CODEC_NAME_BYTES"], 124>>, // 31 words
  None<Differ<Layout["DISK_FIELDS"], 6>>,
  None<Differ<Layout["ROOTS"], 8>>,
  None<Differ<Layout["COUNTERS"]["length"], 12>>,
  None<Differ<Layout["LOAD_COUNTERS"]["length"], 3>>,
  None<Differ<Named<"D">[keyof Named<"D">], Range<0, Layout["DISK_FIELDS"]>>>,
  None<Differ<Layout["V_HEADER_BYTES"], 24>>, // V_HEADER_WORDS
  None<Differ<Layout["V_HEADER_WORDS"], 6>>,
];

/** Words that different workers write often stand on cache lines of their own. */
export type Lines = [
  // What is read all the time, and does not change any more.
  None<
    OnLine<
      Header,
      0,
      | "H_MAGIC"
      | "H_LAYOUT"
      | "H_TOTAL_REFS"
      | "H_CHUNK_SHIFT"
      | "H_FIRST_CHUNK"
      | "H_CHUNK_COUNT"
      | "H_ID"
      | "H_SEED"
      | "H_FLAGS"
      | "H_MIN_CAPACITY_SHIFT"
      | "H_READY"
      | "H_WATCHED"
      | "H_HEAT"
      | "H_HEAT_MASK"
    >
  >,
  None<OnLine<Header, 16, "H_CLOCK" | "H_WRITTEN">>,
  None<OnLine<Header, 32, "H_ERA">>,
  None<OnLine<Header, 48, "H_ROOT">>,
  None<OnLine<Header, 64, "H_PARTICIPANTS">>,
  None<OnLine<Header, 80, "H_SNAPSHOTS">>,
  // What the allocators of all write, apart from what others read all the time.
  None<
    OnLine<
      Header,
      96,
      "H_CHUNK_HINT" | "H_FLUSH" | "H_CEILING" | "H_LONG_KEY" | "H_LOW"
    >
  >,
  // What evictions of all write, and what the words before do not share: they never change.
  None<
    OnLine<
      Header,
      240,
      | "H_QUEUE_TAIL"
      | "H_QUEUE_HEAD"
      | "H_HAND"
      | "H_INSERTIONS"
      | "H_LIVE_LIMIT"
      | "H_ENTRIES_SEEN"
    >
  >,
  None<NotOnLine<Layout["TRANSFER"]>>,
  None<NotOnLine<Layout["PARTICIPANT_WORDS"]>>,
  // What others look at for each participant; then what an operation writes, on one line.
  None<
    OnLine<
      Participant,
      0,
      | "P_STATE"
      | "P_REGISTRY_MARK"
      | "P_LOAD_COUNTERS"
      | "P_INBOX"
      | "P_SUBSCRIPTIONS"
      | "P_POSTING"
      | "P_LINE"
      | "P_WEIGHT"
      | "P_WEIGHT_AHEAD"
    >
  >,
  None<
    OnLine<
      Participant,
      16,
      | "P_PIN"
      | "P_LIMBO_HEAD"
      | "P_LIMBO_TAIL"
      | "P_HELD_HEAD"
      | "P_HELD_TAIL"
      | "P_SECTION"
      | "P_HAND"
      | "P_TAKING"
      | "P_FREEING"
      | "P_PERMITS"
      | "P_HORIZON"
      | "P_EXPECTED"
      | "P_SEEN"
      | "P_USED_AHEAD"
      | "P_RETIRED"
      | "P_RECORD_WEIGHT"
    >
  >,
  None<NotOnLine<Layout["P_REGISTRY" | "P_COUNTERS" | "P_FREE" | "P_NOTES"]>>,
  // What a move writes lies neither beside what every probe reads, nor beside slots.
  None<OnLine<Table, 16, "T_CURSOR" | "T_SWEPT">>,
  None<NotOnLine<Layout["T_SLOTS"]>>,
];

/** f64s lie at multiples of 8 bytes, in each participant's record and in each version. */
export type Aligned = [
  None<
    Odd<
      Layout[
        | "H_DISK"
        | "H_IDLE"
        | "P_COUNTERS"
        | "P_LOAD_COUNTERS"
        | "P_RESULT"
        | "P_KEY"
      ]
    >
  >,
  None<Odd<Layout["PARTICIPANTS" | "PARTICIPANT_WORDS" | "V_HEADER_WORDS"]>>,
];
