export { SEED } from "../testing/random.ts";
export { SCALE } from "../testing/scale.ts";
