export { forSeeds, Random } from "../testing/random.ts";
