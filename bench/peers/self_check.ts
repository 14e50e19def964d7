import { freshKey } from "../measure/fresh_keys.ts";
import { Random } from "../measure/random.ts";
import { type ContenderName, loadContender } from "./all.ts";
import {
  type Answer,
  type Contender,
  type FarMap,
  isFar,
  type NearMap,
  Operation,
  perform,
} from "./contender.ts";

/**
 * Has a contender answer a few thousand random operations beside a `Map`, so that
 * nothing is ever compared with a map that does not work.
 */
export async function selfCheck(name: ContenderName): Promise<void> {
  const contender = await load(name);
  if (!contender.isMap) return;
  const stage = contender.create({ entries: 2 * KEYS, growing: false });
  const map = contender.attach(received(stage.handle().message));
  try {
    await compare(name, map);
  } finally {
    map.close?.();
    stage.close();
  }
}

async function load(name: ContenderName): Promise<Contender> {
  try {
    return await loadContender(name);
  } catch (error) {
    throw new Error(
      `Cannot load ${name}: leave it out with --contenders, or see the cause`,
      { cause: error },
    );
  }
}

/** Few keys, so that most operations meet one that was used before. */
const KEYS = 256;
const STEPS = 20_000;

async function compare(name: string, map: NearMap | FarMap): Promise<void> {
  const model = new Map<string, number>();
  const random = new Random(1);
  for (let step = 0; step < STEPS; step++) {
    const operation = random.below(4) as Operation;
    const key = freshKey(random.below(KEYS));
    const expected = askModel(model, operation, key, step);
    const answer = await ask(map, operation, key, step);
    if (answer === expected) continue;
    throw new Error(
      `Cannot measure ${name}: step ${step}, operation ${operation} on ` +
        `'${key}', expected ${expected}, received ${answer}`,
    );
  }
}

function ask(
  map: NearMap | FarMap,
  operation: Operation,
  key: string,
  value: number,
): Answer | Promise<Answer> {
  return isFar(map)
    ? map.request(operation, key, value)
    : perform(map, operation, key, value);
}

function askModel(
  model: Map<string, number>,
  operation: Operation,
  key: string,
  value: number,
): Answer {
  const current = model.get(key);
  if (operation === Operation.GET) return current;
  if (operation === Operation.SET) return void model.set(key, value);
  if (operation === Operation.DELETE) return model.delete(key);
  if (current !== undefined) model.set(key, current + 1);
  return current !== undefined;
}

/** The message as another worker would receive it; ports stay here. */
function received(message: unknown): unknown {
  return message instanceof MessagePort ? message : structuredClone(message);
}
