/**
 * What a worker answers the others.
 *
 * @module
 */

import type { ListedClient } from "./client_list.ts";
import type { ClientFilter, QuestionName, Questions } from "./peers.ts";
import type { Serving } from "./serving.ts";

type Answering = {
  readonly [N in QuestionName]: (
    serving: Serving,
    ask: Questions[N]["ask"],
  ) => Questions[N]["answer"];
};

const ANSWERS: Answering = {
  clients: ({ clients }) =>
    [...clients.values()].map((client) => ({
      id: client.id,
      type: client.type,
      line: client.describe(),
    })),
  kill({ clients }, filter) {
    const found = [...clients.values()].filter((client) =>
      isMeant(client, filter)
    );
    for (const client of found) client.kill();
    return found.length;
  },
  unblock: ({ clients }, { how, id }) => clients.get(id)?.wake(how) ?? false,
  set({ settings }, changes) {
    Object.assign(settings, changes);
    return null;
  },
  monitors({ monitoring }, by) {
    monitoring.change(by);
    return null;
  },
  show: ({ monitoring }, line) => monitoring.showOwn(line),
  slow: ({ slowLog }) => slowLog.commands,
  forgetSlow({ slowLog }) {
    slowLog.clear();
    return null;
  },
  reset({ counters }) {
    counters.reset();
    return null;
  },
};

/** What this worker answers. */
export function answer<N extends QuestionName>(
  serving: Serving,
  name: N,
  ask: Questions[N]["ask"],
): Questions[N]["answer"] {
  return ANSWERS[name](serving, ask);
}

function isMeant(client: ListedClient, filter: ClientFilter): boolean {
  return client.id !== filter.except &&
    isSame(filter.id, client.id) &&
    isSame(filter.address, client.address) &&
    isSame(filter.localAddress, client.localAddress) &&
    isSame(filter.type, client.type);
}

function isSame<T>(wanted: T | undefined, is: T): boolean {
  return wanted === undefined || wanted === is;
}
