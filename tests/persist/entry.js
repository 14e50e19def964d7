/**
 * Where a worker begins. It is JavaScript, and is told what to import, because
 * the test runner type-checks each worker's modules anew before it starts.
 */
self.onmessage = async ({ data: { script, order } }) => {
  const { obey } = await import(script);
  self.postMessage(await obey(order));
};
