/**
 * Answers each message with one, after it has read the question in the map and
 * written the answer there. JavaScript, for the reason that `entry.js` gives.
 */
let map;

self.onmessage = async ({ data: { module, handle, round } }) => {
  if (handle !== undefined) {
    const { SharedMap } = await import(module);
    map = SharedMap.attach(handle);
  }
  if (map.get("question") !== round) {
    throw new Error(`the question is ${map.get("question")}, not ${round}`);
  }
  map.set("answer", round);
  self.postMessage(round);
};
