/**
 * Messages: several workers push on one inbox, whose owner takes, sleeps and closes it; and deaths
 * of those who push and of the owner.
 *
 * @module
 */
import { openInbox } from "../../../src/reclamation/inbox.ts";
import * as messages from "../messages.ts";
import { post, postBounded, take, takeAndClose } from "../messages.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { FOUNDER, slotOf } from "../participants.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";
import { type Acts, type Around, deathsIn } from "./deaths.ts";

const FREE = [op.collect];
const WAIT = [take, messages.sleep];

const PROGRAMS: (readonly (readonly Operation[])[])[] = [
  [WAIT, [post(1)]],
  [[take, ...FREE, take], [post(1), ...FREE, post(2)]],
  [WAIT, [post(1)], [post(2)]],
  [[take, take, ...FREE], [post(1), post(2)], [post(3), ...FREE]],
  [[take, ...FREE], [post(1, FOUNDER), ...FREE], [post(2)]],
  [[takeAndClose, ...FREE], [post(1), ...FREE], [post(2)]],
  [[messages.close, ...FREE], [post(1), post(2)], [post(3)]],
];

const BOUNDED: (readonly (readonly Operation[])[])[] = [
  [[take, ...FREE], [postBounded(1), postBounded(2), postBounded(3)]],
  [[take, take], [postBounded(1), postBounded(2)], [postBounded(3)]],
];

/** The receiver's inbox is open, and the founder's; somebody has blocks at hand. */
function prepare({ clients, founder }: Setup): void {
  messages.open(clients[0]);
  messages.open(founder);
}

function scenario(
  programs: readonly (readonly Operation[])[],
  found: string,
): Scenario {
  return {
    group: "messages",
    name: titleOf(programs, found),
    shift: 6,
    prepare,
    programs,
    check: messages.checkMessages,
  };
}

/** The last participant dies. */
const DEAD = slotOf(3);
const RECEIVER = slotOf(0);

const PUSH: Acts = {
  "a push": {
    act: (dead) => void messages.push(dead, [RECEIVER]),
    steps: 18,
  },
};
const PUSHES: Acts = {
  "pushes that are not taken": {
    act: (dead) => void messages.push(dead, [slotOf(1), slotOf(2)]),
    steps: 54,
  },
};
const TAKES: Acts = {
  "a take": { act: (dead) => void messages.takeAll(dead), steps: 24 },
  "closing its inbox": {
    act: (dead) => void messages.close.run(dead),
    steps: 26,
  },
};
const DEATHS = 18;

const pushing: Around = {
  group: "deaths of those who push",
  programs: [WAIT, [op.recover(DEAD), ...FREE], [take, ...FREE]],
  leaks: 0,
  prepare,
  before: (dead) => messages.draft(dead, 7, 2),
};

const deaths = [
  ...deathsIn(PUSH, DEATHS / 2, pushing).toReversed(), // slips show at the end
  ...deathsIn(PUSHES, DEATHS / 2, pushing),
  ...deathsIn(TAKES, DEATHS, {
    group: "deaths of those who take",
    programs: [WAIT, [op.recover(DEAD), ...FREE], [post(1, DEAD), ...FREE]],
    leaks: 0,
    prepare,
    before(dead) {
      const { participant, segment } = dead;
      openInbox(segment.words, participant.base);
      for (const digit of [5, 6]) {
        messages.send(dead, digit, [participant.slot]);
      }
    },
  }),
];

export const messageScenarios: Scenario[] = [
  ...PROGRAMS.map((programs) => scenario(programs, "an open inbox")),
  ...BOUNDED.map((programs) => scenario(programs, "room for two messages")),
  ...deaths.map((death) => ({ ...death, check: messages.checkMessages })),
];
