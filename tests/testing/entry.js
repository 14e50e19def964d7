/**
 * Where a worker begins. It is JavaScript, and is told what to import, because
 * the test runner type-checks each worker's modules anew before it starts: with
 * many workers that takes longer than the tests.
 */
self.onmessage = async ({ data: { module, order } }) => {
  const { obey } = await import(module);
  const say = (answer) => self.postMessage(answer);
  say(await obey(order, say));
};
