export { eventually } from "../testing/eventually.ts";
