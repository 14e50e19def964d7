/**
 * Which Redis the server answers like, for clients that go by it.
 *
 * @module
 */

/** The version whose commands and replies are those of the server. */
export const VERSION = "7.0.15";
