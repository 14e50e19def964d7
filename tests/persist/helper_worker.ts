export { HelperWorker } from "../testing/helper_worker.ts";
