/**
 * Asks one question of a worker of its own, which ends with the answer: neither
 * compiled code nor memory of one measurement reaches the next.
 *
 * @param what What is measured, for the error if the worker fails.
 * @param transfer What of the question goes over to the worker.
 */
export function askWorker<Answer>(
  url: URL,
  question: unknown,
  what: string,
  transfer: Transferable[] = [],
): Promise<Answer> {
  const worker = new Worker(url, { type: "module" });
  return new Promise<Answer>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`Cannot measure ${what}: ${event.message}`));
    };
    worker.postMessage(question, transfer);
  }).finally(() => worker.terminate());
}
