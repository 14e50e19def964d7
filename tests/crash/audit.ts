/**
 * The audit of the kit, by the name that programs beside this project know it by.
 *
 * @module
 */
export { audit } from "../testing/inspection.ts";
